import { withoutHash } from '../../core/room-text.ts';
import type { BridgeService, RoomView } from '../../bridge/service/views.ts';

type Rooms = Pick<BridgeService, 'rooms'>;

/** A room as the journal knows it: by its id, or, where a command was cut short, as somebody named it. */
interface Known {
  readonly room: string;
  readonly roomId: string | null;
}

/** The federated room that somebody names: by name, id, alias or Matrix room id; as the bridge's service takes them. */
export async function roomNamed(service: Rooms, text: string): Promise<RoomView | undefined> {
  const name = withoutHash(text);
  return (await service.rooms()).find(({ room, roomId, alias, matrixRoomId }) =>
    [room, roomId, alias, matrixRoomId].some((each) => each === name),
  );
}

/** undefined: it is not federated now. */
export async function roomNow(service: Rooms, { room, roomId }: Known): Promise<RoomView | undefined> {
  if (roomId === null) return await roomNamed(service, room);
  return (await service.rooms()).find((each) => each.roomId === roomId);
}
