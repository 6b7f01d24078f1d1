import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import { readProfile } from '../../matrix/client-shapes.ts';
import type { MatrixProfile } from '../../matrix/types.ts';
import { readEvent } from './event.ts';

export interface ShownMember {
  readonly roomId: MatrixRoomId;
  readonly userId: MatrixUserId;
  readonly profile: MatrixProfile;
}

/**
 * Somebody who joined a room, or changed there how they are shown. undefined for all other events, and for what
 * somebody says of another. https://spec.matrix.org/v1.17/client-server-api/#mroommember
 */
export function readMember(raw: unknown): ShownMember | undefined {
  const event = readEvent(raw);
  if (event?.type !== 'm.room.member' || !isRecord(raw) || raw['state_key'] !== event.sender) return undefined;
  if (event.content['membership'] !== 'join') return undefined;
  return { roomId: event.roomId, userId: event.sender, profile: readProfile(event.content) };
}
