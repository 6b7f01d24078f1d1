import type { EventId, MatrixRoomId } from '../../core/ids.ts';
import type { BridgeParts } from '../parts.ts';
import { readEvent } from './event.ts';

/** A change that came between our reading and our writing is among so many newest events. */
const LOOK_BACK = 50;

/**
 * What a state of the room was just before that event of ours, if it was changed not long ago: state is written
 * whole, so that what somebody changed between our reading and our writing would be lost.
 */
export async function contentReplacedBy(
  { homeserver }: Pick<BridgeParts, 'homeserver'>,
  roomId: MatrixRoomId,
  eventId: EventId,
  type: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { events } = await homeserver.messages(roomId, { dir: 'b', limit: LOOK_BACK });
  const read = events.flatMap((raw) => readEvent(raw) ?? []);
  const own = read.findIndex(({ id }) => id === eventId);
  if (own === -1) return undefined;
  return read.slice(own + 1).find((event) => event.type === type && event.stateKey === '')?.content;
}
