import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { openDirectMessage } from './direct-messages.ts';
import { join } from './membership.ts';
import { MeteorError } from './meteor.ts';
import { type MessageDraft, sendMessage } from './messages.ts';
import { type AuthenticatedCall, optionalFlag, optionalText } from './route.ts';
import type { Workspace } from './workspace.ts';

/** `chat.postMessage`: by room id, `#name` or `@user`; enters a public channel first; has no `_id` of its own. */
export function postMessage({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const target = params['roomId'] ?? params['channel'];
  const targets = (Array.isArray(target) ? target : [target]).map(String);
  const limit = workspace.settings.get<number>('Message_MaxAllowedSize');
  const text = optionalText(params, 'text') ?? '';
  if (text.length > limit) throw new Error('error-message-size-exceeded');
  let first: Record<string, unknown> | undefined;
  for (const name of targets) {
    const room = findTarget(workspace, caller, name);
    if (room.t === 'c') join(workspace, caller, room);
    const message = sendMessage(workspace, caller, draftFor(room, text, params));
    first ??= { ts: workspace.clock.now(), channel: name, message };
  }
  if (first === undefined) throw new Error('unknown-error');
  return first;
}

function draftFor(room: RoomDocument, text: string, params: AuthenticatedCall['params']): MessageDraft {
  const attachments = Array.isArray(params['attachments']) ? (params['attachments'] as Record<string, unknown>[]) : [];
  const optional = Object.fromEntries(
    ['alias', 'emoji', 'avatar', 'tmid'].flatMap((key) =>
      optionalText(params, key) === undefined ? [] : [[key, params[key]]],
    ),
  );
  // A message with attachments has its urls left alone, so it can't quote by link.
  const parseUrls = optionalFlag(params, 'parseUrls') ?? attachments.length === 0;
  return { ...optional, rid: room._id, msg: text, attachments, parseUrls, groupable: false };
}

function findTarget(workspace: Workspace, caller: Account, target: string): RoomDocument {
  if (target.startsWith('@')) return openDirectMessage(workspace, caller, [target.slice(1)]).room;
  const room = workspace.rooms.byId(target) ?? workspace.rooms.byName(target.replace(/^#/, ''));
  if (room === undefined) throw new MeteorError('invalid-channel', 'invalid-channel');
  return room;
}
