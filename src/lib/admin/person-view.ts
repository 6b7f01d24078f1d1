import type { RoomView, StatusView } from '../bridge/service/views.ts';
import type { PersonCaller } from './authorise.ts';

/** What somebody who is no admin is told of the bridge: whether it works, not why not, nor what waits. */
export function shortStatus({ running, workspace, homeserver, rooms }: StatusView): Partial<StatusView> {
  return {
    running,
    rooms,
    ...(workspace && { workspace: { works: workspace.works, realtime: workspace.realtime } }),
    ...(homeserver && { homeserver: { works: homeserver.works } }),
  };
}

/** The federated rooms that this person sees in Rocket.Chat: every channel, if they may see channels, and where they are in. */
export async function roomsFor(
  { user, workspace }: PersonCaller,
  rooms: readonly RoomView[],
): Promise<readonly RoomView[]> {
  const [{ updated }, permissions] = await Promise.all([workspace.changedRooms(0), workspace.permissions()]);
  const own = new Set<string>(updated.map(({ id }) => id));
  const seesChannels = user.roles.some((role) => permissions.get('view-c-room')?.includes(role));
  return rooms.filter(({ type, roomId }) => (type === 'channel' && seesChannels) || own.has(roomId));
}
