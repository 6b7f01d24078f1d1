import type { JoinRequest, JoinView } from '../bridge/service/join-view.ts';
import type { BridgeService, RoomView } from '../bridge/service/views.ts';
import { RcfedError } from '../core/errors.ts';
import type { WorkspaceRoomId } from '../core/ids.ts';
import type { Caller, PersonCaller } from './authorise.ts';
import { seesChannels } from './person-view.ts';

/**
 * People bring in only rooms that anybody may join. Of a Matrix room that is in Rocket.Chat already, only those who see
 * it there are told which one it is.
 * @throws RcfedError RCFED_ROOM_NOT_JOINABLE, RCFED_NOT_ALLOWED, and what `join` throws
 */
export async function joinAs(
  service: Pick<BridgeService, 'join'>,
  request: JoinRequest,
  caller: Caller,
): Promise<JoinView> {
  const view = await service.join({ ...request, openOnly: caller.rights === 'person' });
  const { changed, room } = view;
  if (caller.rights === 'admin' || changed || room === null || (await isSeen(room, caller))) return view;
  throw new RcfedError('RCFED_ROOM_NOT_JOINABLE', `You may not join ${request.room}`, {
    try: ['Ask somebody who is in the room, or an admin of the workspace.'],
  });
}

async function isSeen({ roomId, type }: RoomView, { user, workspace }: PersonCaller): Promise<boolean> {
  if (type === 'channel' && seesChannels(user, await workspace.permissions())) return true;
  return (await workspace.ownRolesIn(roomId as WorkspaceRoomId)) !== undefined;
}
