import type { WorkspaceUserId } from '../../core/ids.ts';
import type { RemoteError } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { refusalOf } from './refusal.ts';

const roomOf = ({ workspaceRoomId: id, roomType: type }: Portal) => ({ id, type });

/**
 * The bot removes somebody in Rocket.Chat, or bans them where the version can.
 *
 * @returns the sides on which they are banned now, if the homeserver is one of them; or why they could not be
 *   removed: the last owner stays
 */
export async function putOutOfWorkspace(
  { workspace }: BridgeParts,
  portal: Portal,
  id: WorkspaceUserId,
  { banned }: { readonly banned: boolean },
): Promise<'both' | 'homeserver' | RemoteError> {
  if (banned) {
    const asked = workspace.banFromRoom(portal.workspaceRoomId, id);
    // Nobody but members can be banned; where it is not offered, removing is all there is.
    if ((await refusalOf(asked)) === undefined && (await asked) === 'done') return 'both';
  }
  return (await refusalOf(workspace.removeFromRoom(roomOf(portal), id))) ?? 'homeserver';
}

/** Why they could not be let in: banned there, deactivated. undefined: they are members now. */
export async function addToWorkspace(
  { workspace }: BridgeParts,
  portal: Portal,
  id: WorkspaceUserId,
): Promise<RemoteError | undefined> {
  return refusalOf(workspace.addToRoom(roomOf(portal), id));
}
