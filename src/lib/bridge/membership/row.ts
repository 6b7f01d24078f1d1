import { randomUUID } from 'node:crypto';
import type { MatrixUserId, WorkspaceUserId } from '../../core/ids.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { MEMBERSHIP_ROW } from '../direct/invite.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { readMessage } from '../workspace/message.ts';

/** Type of a row that says: how somebody stands to this room in Rocket.Chat may have changed. */
export const MEMBERS = 'members';

/** Whom such a row is about; a system message of what was done to somebody has only their name. */
export interface MemberNews {
  readonly userId?: WorkspaceUserId;
  readonly username?: string;
  /** Username of who did it, where that is another. */
  readonly by?: string;
  /** Their ghost joined because they wrote something, members or not. */
  readonly spoke?: true;
}

/** By themselves: the message is theirs. `t` of the room itself, of a discussion, of a team. */
const OWN_DOING = new Set(['uj', 'ul', 'ut', 'ujt', 'ult']);
/** To somebody, whose username is the message's text. */
const DONE_TO_THEM = new Set([
  'au',
  'ru',
  'added-user-to-team',
  'removed-user-from-team',
  'abac-removed-user-from-room',
  'user-banned',
  'user-unbanned',
]);

/** What a Rocket.Chat message says of a room's people. undefined: nothing, or what the bridge itself did. */
export async function membersRow(
  { isOwnAccount }: Pick<BridgeParts, 'isOwnAccount'>,
  portals: PortalIndex,
  raw: RawMessage,
): Promise<NewInboxRow | undefined> {
  const message = readMessage(raw);
  const portal = message && portals.ofWorkspaceRoom(message.roomId);
  if (message?.systemType === undefined || portal === undefined || portal.direct !== undefined) return undefined;
  const { id, at, author, systemType, text } = message;
  const news: MemberNews | undefined = OWN_DOING.has(systemType)
    ? { userId: author.id }
    : DONE_TO_THEM.has(systemType)
      ? { username: text, by: author.username }
      : undefined;
  if (news === undefined || (await isOwnAccount(author.id))) return undefined;
  const common = { side: 'workspace', lane: portal.lane, type: MEMBERS } as const;
  return { ...common, key: `${id}|members`, ref: id, order: at, body: JSON.stringify(news) };
}

/** To have somebody compared again in Rocket.Chat, after everything that waits. */
export function compareInWorkspace(
  { clock }: Pick<BridgeParts, 'clock'>,
  portal: Portal,
  news: MemberNews & { readonly userId: WorkspaceUserId },
): NewInboxRow {
  const common = { side: 'workspace', lane: portal.lane, type: MEMBERS, ref: news.userId } as const;
  return { ...common, key: `members:${randomUUID()}`, order: clock.now(), body: JSON.stringify(news) };
}

/** The same on Matrix: like an event that says nothing but whom it is about. */
export function compareOnMatrix(
  { identity }: Pick<BridgeParts, 'identity'>,
  portal: Portal,
  who: MatrixUserId,
): NewInboxRow {
  const key = `members:${randomUUID()}`;
  const event = { event_id: key, room_id: portal.matrixRoomId, sender: identity.matrixBot, type: MEMBERSHIP_ROW };
  const body = JSON.stringify({ ...event, state_key: who, content: {} });
  return { side: 'homeserver', lane: portal.lane, key, ref: who, type: MEMBERSHIP_ROW, body };
}
