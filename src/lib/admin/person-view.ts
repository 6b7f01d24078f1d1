import type { RoomView, StatusView } from '../bridge/service/views.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';

/** What somebody who is no admin is told of the bridge: whether it works, not why not, nor what waits. */
export function shortStatus({ running, workspace, homeserver, rooms }: StatusView): Partial<StatusView> {
  return {
    running,
    rooms,
    ...(workspace && { workspace: { works: workspace.works, realtime: workspace.realtime } }),
    ...(homeserver && { homeserver: { works: homeserver.works } }),
  };
}

/** The federated rooms that this person sees in Rocket.Chat: every channel, and the groups they are in. */
export async function roomsFor(person: WorkspaceApi, rooms: readonly RoomView[]): Promise<readonly RoomView[]> {
  const { updated } = await person.changedRooms(0);
  const own = new Set<string>(updated.map(({ id }) => id));
  return rooms.filter(({ type, roomId }) => type === 'channel' || own.has(roomId));
}
