import type { Account } from './account-book.ts';
import { meteorId, MeteorError } from './meteor.ts';
import { type MessageDraft, sendMessage } from './messages.ts';
import type { Workspace } from './workspace.ts';

/**
 * The few realtime methods the sandbox has: `sendMessage`, and typing through `stream-notify-room`.
 * @throws MeteorError 404 for all others, as Meteor does.
 */
export function callMethod(workspace: Workspace, caller: Account, method: string, params: readonly unknown[]): unknown {
  if (method === 'stream-notify-room') return tellRoom(workspace, caller, params);
  // 9.0 removed the methods that REST has too.
  if (method === 'sendMessage' && !workspace.dialect.forbidsWith403) {
    const draft = (params[0] ?? {}) as MessageDraft;
    return sendMessage(workspace, caller, { ...draft, _id: draft._id ?? meteorId() });
  }
  throw new MeteorError(404, `Method '${method}' not found`);
}

/** Typing: `["<rid>/user-activity", <own username>, ["user-typing"], {}]`, told only in the caller's own name. */
function tellRoom(
  workspace: Workspace,
  caller: Account,
  [key, name, activities, extra]: readonly unknown[],
): undefined {
  const [rid = '', event] = String(key).split('/');
  const own = workspace.settings.get<boolean>('UI_Use_Real_Name') ? caller.user.name : caller.user.username;
  const member = workspace.rooms.subscription(rid, caller.user._id) !== undefined;
  if (event !== 'user-activity' || name !== own || !member) throw new MeteorError('not-allowed', 'not-allowed');
  workspace.bus.emit({ kind: 'notify-room', rid, event, args: [name, activities, extra ?? {}] });
  return undefined;
}
