import { isRecord } from '../../core/record.ts';
import type { EventId, MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { companyLane } from '../../store/lane-names.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { readEvent } from '../homeserver/event.ts';
import type { BridgeParts } from '../parts.ts';

/** Type of an inbox row that asks for a direct message's Matrix room. */
export const DIRECT_ROW = 'direct-message';
export const MEMBERSHIP_ROW = 'm.room.member';

/** Somebody on Matrix invites somebody. */
export interface Invite {
  readonly eventId: EventId;
  readonly roomId: MatrixRoomId;
  readonly inviter: MatrixUserId;
  readonly invited: MatrixUserId;
  /** As the inviter's client said it. */
  readonly isDirect: boolean;
}

/** https://spec.matrix.org/v1.17/client-server-api/#mroommember */
export function readInvite(raw: unknown): Invite | undefined {
  const event = readEvent(raw);
  const invited = isRecord(raw) ? raw['state_key'] : undefined;
  if (event?.type !== 'm.room.member' || event.content['membership'] !== 'invite') return undefined;
  if (typeof invited !== 'string' || !invited.startsWith('@')) return undefined;
  return {
    eventId: event.id,
    roomId: event.roomId,
    inviter: event.sender,
    invited: invited as MatrixUserId,
    isDirect: event.content['is_direct'] === true,
  };
}

/** Somebody leaves, is put out, or turns an invitation down. */
export interface Departure {
  readonly roomId: MatrixRoomId;
  readonly eventId: EventId;
  readonly who: MatrixUserId;
  readonly by: MatrixUserId;
}

export function readDeparture(raw: unknown): Departure | undefined {
  const event = readEvent(raw);
  const who = isRecord(raw) ? raw['state_key'] : undefined;
  const membership = event?.content['membership'];
  if (event?.type !== 'm.room.member' || (membership !== 'leave' && membership !== 'ban')) return undefined;
  if (typeof who !== 'string') return undefined;
  return { roomId: event.roomId, eventId: event.id, who: who as MatrixUserId, by: event.sender };
}

/**
 * An invitation that may begin a direct message, or that brings a third person into one; somebody who leaves one.
 * undefined: it is none of these. What a room that is not federated holds besides is nothing to us.
 */
export function membershipRow(
  { identity }: Pick<BridgeParts, 'identity'>,
  portal: Portal | undefined,
  raw: unknown,
): NewInboxRow | undefined {
  if (portal !== undefined && portal.direct === undefined) return undefined;
  const invite = readInvite(raw);
  const change = invite ?? (portal === undefined ? undefined : readDeparture(raw));
  if (change === undefined) return undefined;
  if (portal === undefined && invite !== undefined && !mayBeGhost(identity, invite.invited)) return undefined;
  return {
    side: 'homeserver',
    lane: companyLane(change.roomId),
    key: change.eventId,
    ref: change.eventId,
    type: MEMBERSHIP_ROW,
    body: JSON.stringify(raw),
  };
}

/** A name in our namespace; whether there is such a person, Rocket.Chat knows. */
export function mayBeGhost({ prefix, serverName, matrixBot }: BridgeParts['identity'], id: MatrixUserId): boolean {
  return id !== matrixBot && id.startsWith(`@${prefix}`) && id.endsWith(`:${serverName}`);
}
