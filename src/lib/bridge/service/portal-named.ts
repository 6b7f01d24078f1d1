import { RcfedError } from '../../core/errors.ts';
import type { MatrixRoomId } from '../../core/ids.ts';
import { withoutHash } from '../../core/room-text.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';

/**
 * The federated room that somebody names: by id, alias, Matrix room id or name. Names come last: people choose them,
 * and one may be another room's id.
 * @throws RcfedError RCFED_ROOM_UNKNOWN
 */
export async function portalNamed({ store }: Pick<BridgeParts, 'store'>, text: string): Promise<Portal> {
  const name = withoutHash(text);
  const portals = await store.portals.list();
  const isMeant = (each: string | undefined): boolean => each === text || each === name;
  const found =
    portals.find(({ workspaceRoomId, alias, matrixRoomId }) => [workspaceRoomId, alias, matrixRoomId].some(isMeant)) ??
    portals.find((portal) => isMeant(portal.name));
  if (found !== undefined) return found;
  throw notFederated(text);
}

export const notFederated = (room: string): RcfedError =>
  new RcfedError('RCFED_ROOM_UNKNOWN', `${room} is not a federated room`, { try: ['rcfed rooms list'] });
/** @throws RcfedError RCFED_ROOM_UNKNOWN: its link was begun and never ended */
export function matrixRoomOf({ name, matrixRoomId }: Portal): MatrixRoomId {
  if (matrixRoomId !== undefined) return matrixRoomId;
  throw new RcfedError('RCFED_ROOM_UNKNOWN', `${name} has no Matrix room yet`, {
    try: [`rcfed rooms link ${name} --new`],
  });
}
