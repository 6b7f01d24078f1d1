import type { RoomView, StatusView } from '../bridge/service/views.ts';
import type { WorkspaceRoomId } from '../core/ids.ts';
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
  const seen: RoomView[] = [];
  for (const room of rooms) {
    if (room.type === 'channel' || (await person.roomById(room.roomId as WorkspaceRoomId)) !== undefined)
      seen.push(room);
  }
  return seen;
}
