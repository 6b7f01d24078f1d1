import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import { readInvite } from '../direct/invite.ts';
import { readEvent } from '../homeserver/event.ts';
import type { BridgeParts } from '../parts.ts';

const PREFIX = 'invited:';
const cursorOf = (roomId: MatrixRoomId): string => `${PREFIX}${roomId}`;

/** The bot was invited into a room, and has not answered. */
export interface ReceivedInvitation {
  readonly roomId: MatrixRoomId;
  readonly inviter: MatrixUserId;
  /** `origin_server_ts`, ms; 0: it doesn't say. */
  readonly at: number;
  /** What the room says of itself to those it invites; undefined: nothing. */
  readonly name?: string | undefined;
  readonly isPublic: boolean;
  readonly isEncrypted: boolean;
}

interface Cursor {
  readonly name: string;
  readonly value: string;
}

/**
 * What a transaction says of invitations of the bot, to be recorded with it: no request of the Client-Server API lists
 * them to an application service (`/sync` is refused), so that what is pushed is all that is ever known.
 */
export function invitationsIn(
  { identity, access }: Pick<BridgeParts, 'identity' | 'access'>,
  events: readonly unknown[],
): readonly Cursor[] {
  return events.flatMap((raw): Cursor[] => {
    const event = readEvent(raw);
    if (event?.type !== 'm.room.member' || event.stateKey !== identity.matrixBot) return [];
    const invite = readInvite(raw);
    if (invite === undefined) return [{ name: cursorOf(event.roomId), value: '' }];
    if (!access.admitsUser(invite.inviter)) return [];
    const kept: ReceivedInvitation = { ...shown(raw), roomId: event.roomId, inviter: event.sender, at: event.at };
    return [{ name: cursorOf(event.roomId), value: JSON.stringify(kept) }];
  });
}

/** `unsigned.invite_room_state`: https://spec.matrix.org/v1.17/client-server-api/#stripped-state */
function shown(raw: unknown): Pick<ReceivedInvitation, 'name' | 'isPublic' | 'isEncrypted'> {
  const unsigned = isRecord(raw) && isRecord(raw['unsigned']) ? raw['unsigned'] : {};
  const list: readonly unknown[] = Array.isArray(unsigned['invite_room_state']) ? unsigned['invite_room_state'] : [];
  const content = (type: string): Readonly<Record<string, unknown>> => {
    const event = list.find((each) => isRecord(each) && each['type'] === type);
    return isRecord(event) && isRecord(event['content']) ? event['content'] : {};
  };
  const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
  return {
    name: text(content('m.room.name')['name']) ?? text(content('m.room.canonical_alias')['alias']),
    isPublic: content('m.room.join_rules')['join_rule'] === 'public',
    isEncrypted: text(content('m.room.encryption')['algorithm']) !== undefined,
  };
}

/** Those into rooms that are not federated, oldest first. */
export async function receivedInvitations({ store }: BridgeParts): Promise<readonly ReceivedInvitation[]> {
  const found: ReceivedInvitation[] = [];
  for (const value of (await store.cursors(PREFIX)).values()) {
    const invitation = value === '' ? undefined : (JSON.parse(value) as ReceivedInvitation);
    if (invitation !== undefined && (await store.portals.byMatrixRoom(invitation.roomId))?.state !== 'active')
      found.push(invitation);
  }
  return found.toSorted((one, other) => one.at - other.at);
}

/** It was accepted or rejected. */
export const forgetInvitation = ({ store }: BridgeParts, roomId: MatrixRoomId): Promise<void> =>
  store.setCursor(cursorOf(roomId), '');

export const invitationInto = async (
  parts: BridgeParts,
  roomId: MatrixRoomId,
): Promise<ReceivedInvitation | undefined> => (await receivedInvitations(parts)).find((each) => each.roomId === roomId);
