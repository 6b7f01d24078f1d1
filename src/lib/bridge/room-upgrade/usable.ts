import type { MatrixRoomId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverRoomReplaced } from '../events.ts';
import type { BridgeParts } from '../parts.ts';
import { BRIDGE_STATE } from '../homeserver/room-claim.ts';
import { serverOf } from '../../matrix/server-name.ts';

/** Why a replacement can't be followed; `waits`: an invitation would help. */
export interface Unusable {
  readonly why: string;
  readonly waits: boolean;
}

const never = (why: string): Unusable => ({ why, waits: false });

/**
 * Joins the room that replaces a portal's, and makes sure that it is what it is said to be: it names the old one as
 * its predecessor, and belongs to no other portal and no other bridge of this workspace. undefined: it can be used.
 */
export async function joinReplacement(
  parts: BridgeParts,
  portal: Portal,
  { old, sender }: HomeserverRoomReplaced,
  replacement: MatrixRoomId,
): Promise<Unusable | undefined> {
  const { homeserver, store, identity } = parts;
  const other = await store.portals.byMatrixRoom(replacement);
  if (other !== undefined && other.id !== portal.id) return never('it is linked with another room already');
  try {
    await homeserver.join(replacement, [serverOf(sender)]);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || error.status === 429) throw error;
    return { why: `${homeserver.userId} can't join it (${error.inShort})`, waits: true };
  }
  const create = await homeserver.stateEvent(replacement, 'm.room.create', '');
  const predecessor = create?.content['predecessor'];
  const isSuccessor = isRecord(predecessor) && predecessor['room_id'] === old;
  const claim = await homeserver.state(replacement, BRIDGE_STATE, identity.workspaceId);
  const isClaimed = typeof claim?.['bridge'] === 'string' && claim['bridge'] !== identity.bridgeId;
  if (isSuccessor && !isClaimed) return undefined;
  await homeserver.leave(replacement);
  return never(isClaimed ? 'another bridge serves it for this workspace' : 'it does not say that it replaces this one');
}
