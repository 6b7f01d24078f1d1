import type { MessageId } from '../../core/ids.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { ReactionEntry } from '../../store/ledger-types.ts';
import type { ReactionChange, WorkspaceAuthor } from '../events.ts';
import type { BridgeParts } from '../parts.ts';

/** Who reacted with what: usernames by emoji (`:thumbsup:`), as a message document has them. */
export type ReactionList = ReadonlyMap<string, readonly string[]>;

/** More than this is nobody's doing; the rest is left out. */
const LIMIT = 2_000;

export function readReactions(raw: RawMessage): ReactionList {
  const list = new Map<string, readonly string[]>();
  const reactions = raw['reactions'];
  if (typeof reactions !== 'object' || reactions === null) return list;
  let left = LIMIT;
  for (const [emoji, value] of Object.entries(reactions as Record<string, unknown>)) {
    const usernames = (value as { usernames?: unknown } | null)?.usernames;
    if (!Array.isArray(usernames) || !/^:[^:\s]{1,100}:$/.test(emoji)) continue;
    const taken = usernames.filter((each) => typeof each === 'string' && each !== '').slice(0, left) as string[];
    left -= taken.length;
    if (taken.length > 0) list.set(emoji, [...new Set(taken)]);
  }
  return list;
}

/** A text that is equal where the reactions are; empty for none. */
export function reactionsKey(list: ReactionList): string {
  if (list.size === 0) return '';
  return JSON.stringify([...list.keys()].toSorted().map((emoji) => [emoji, list.get(emoji)?.toSorted()]));
}

const NO_CHANGE: ReactionChange = { added: [], removed: [] };

/**
 * What changed since the message was last settled. Reactions of our own accounts are ours: nobody else can give
 * or take them. The document names people by username; one who was renamed is known by the entry's.
 */
export async function reactionChange(
  parts: BridgeParts,
  messageId: MessageId,
  list: ReactionList,
): Promise<ReactionChange> {
  const settled = (await parts.store.reactions.byMessage(messageId)).filter(({ origin }) => origin === 'workspace');
  if (settled.length === 0 && list.size === 0) return NO_CHANGE;
  const kept = new Set<ReactionEntry>();
  const added: { emoji: string; author: WorkspaceAuthor }[] = [];
  for (const [emoji, usernames] of list) {
    for (const username of usernames) {
      const same = settled.find((each) => each.emoji === emoji && each.username === username);
      const author = same === undefined ? await personNamed(parts, username) : undefined;
      const renamed = settled.find((each) => each.emoji === emoji && each.workspaceUserId === author?.id);
      const known = same ?? renamed;
      if (known !== undefined) kept.add(known);
      else if (author !== undefined) added.push({ emoji, author });
    }
  }
  return { added, removed: settled.filter((each) => !kept.has(each)) };
}

/** undefined: one of our own accounts, or nobody any more. */
async function personNamed(parts: BridgeParts, username: string): Promise<WorkspaceAuthor | undefined> {
  const known = await parts.store.people.byUsername('ghost', username);
  if (known?.workspaceUserId !== undefined) {
    return { id: known.workspaceUserId, username, name: known.displayName };
  }
  if ((await parts.store.people.byUsername('puppet', username)) !== undefined) return undefined;
  const user = await parts.workspace.userByName(username);
  if (user === undefined || (await parts.isOwnAccount(user.id))) return undefined;
  return { id: user.id, username, name: user.name === '' ? username : user.name };
}
