import * as v from 'valibot';
import type { BridgeService, RoomView } from '../../bridge/service/views.ts';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, done, kept } from '../undone.ts';
import { roomNamed } from './room-now.ts';
import { throughBridge } from './through-bridge.ts';

export const roomJoinedChange = v.object({
  kind: v.literal('room-joined'),
  /** The Matrix room as it was named: an alias, or its id. */
  asked: v.string(),
  /** Its id; null: not known before it was done. */
  matrixRoomId: v.nullable(v.string()),
  /** Name of the Rocket.Chat room that was made of it; null: not known before. */
  room: v.nullable(v.string()),
});
type RoomJoined = v.InferOutput<typeof roomJoinedChange>;

/** A room of Matrix that became one of Rocket.Chat. */
export const roomJoined: ChangeKind<RoomJoined> = {
  subject: ({ asked }) => asked,
  inWords: ({ asked, room }) => `Matrix room ${asked} joined${room === null ? '' : `, as ${room}`}`,
  undo: ({ asked, matrixRoomId }, parts) =>
    throughBridge(parts, async (service) => {
      const found = await roomNamed(service, matrixRoomId ?? asked);
      if (found === undefined) return unknownOr(asked, matrixRoomId);
      return await done(parts, () => left(service, found));
    }),
};

/** Only an alias that the bridge made is known to be of a room: one of another server's says nothing here. */
const unknownOr = (asked: string, matrixRoomId: string | null) =>
  matrixRoomId === null && asked.startsWith('#')
    ? kept(`Whether ${asked} was joined is not known: rcfed rooms list, then rcfed rooms leave ROOM.`)
    : ALREADY;

async function left(service: Pick<BridgeService, 'leave'>, { room, roomId }: RoomView): Promise<string> {
  const { warnings } = await service.leave({ room: roomId });
  return [`${room} stays in Rocket.Chat.`, ...warnings].join(' ');
}
