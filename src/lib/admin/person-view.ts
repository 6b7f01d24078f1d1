import type { RoomView, StatusView } from '../bridge/service/views.ts';
import type { WorkspaceUser } from '../rocketchat/types.ts';
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

/** The federated rooms that this person sees in Rocket.Chat: every channel, unless they are a guest, and what they are in. */
export async function roomsFor(
  person: Pick<PersonCaller, 'user' | 'workspace'>,
  rooms: readonly RoomView[],
): Promise<readonly RoomView[]> {
  const { updated } = await person.workspace.changedRooms(0);
  const own = new Set<string>(updated.map(({ id }) => id));
  const isSeeingChannels = seesChannels(person.user, await person.workspace.permissions());
  return rooms.filter(({ type, roomId }) => (type === 'channel' && isSeeingChannels) || own.has(roomId));
}

/** Whether they see channels that they are not in. */
export function seesChannels(
  { roles }: Pick<WorkspaceUser, 'roles'>,
  permissions: ReadonlyMap<string, readonly string[]>,
): boolean {
  const holders = permissions.get('view-c-room') ?? [];
  return roles.some((role) => holders.includes(role));
}
