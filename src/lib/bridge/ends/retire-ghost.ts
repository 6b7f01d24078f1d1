import type { MatrixApi } from '../../matrix/types.ts';
import type { Profile } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { closePortal } from './close-portal.ts';

/** How a ghost is called whose user is gone; Matrix accounts cannot be deleted by an application service. */
const RETIRED_NAME = 'Deactivated user';

export const isRetired = (ghost: Pick<Profile, 'displayName' | 'ready'>): boolean =>
  !ghost.ready && ghost.displayName === RETIRED_NAME;

interface Running {
  readonly portalChanged: (portal: Portal) => Promise<void>;
}

/**
 * Takes a ghost out of every room, and its name, picture and device from it. A direct message in which it acted for
 * us ends. When it is used again it is made sure of as a new one is, and looks like its user.
 *
 * @param running what has to stop relaying first; undefined where no bridge runs.
 */
export async function retireGhost(
  parts: BridgeParts,
  ghost: Profile,
  what: 'deleted' | 'deactivated' | 'erased',
  running: Running | undefined,
): Promise<void> {
  const { people, portals } = parts.store;
  for (const portal of await portals.list()) {
    if (portal.state !== 'active' || portal.direct?.ghost !== ghost.matrixUserId) continue;
    await closePortal(parts, running, portal, {
      outcome: 'user gone',
      onMatrix: 'This person is no longer there in Rocket.Chat: this conversation has ended.',
      matrixRoom: 'leave',
      patient: true,
    });
  }
  const api = parts.homeserver.as(ghost.matrixUserId);
  // Before it leaves: whoever is settled as a member and is gone counts as put out, and would be so in Rocket.Chat too.
  for (const portalId of await parts.store.personal.portalsOf(ghost.id))
    await people.setMember(portalId, ghost.id, false);
  // First of all: Synapse writes a new profile into the rooms behind its answer, by joining them anew.
  await leaveEverywhere(api);
  await api.setDisplayName(RETIRED_NAME);
  await api.setAvatarUrl('');
  // What a change from just before may have brought it back into.
  await leaveEverywhere(api);
  await api.removeDevice();
  await people.update(ghost.id, { ready: false, displayName: RETIRED_NAME, avatar: undefined });
  parts.log('info', 'ghost.retired', { ghost: ghost.matrixUserId, what });
}

async function leaveEverywhere(api: MatrixApi): Promise<void> {
  for (const roomId of await api.joinedRooms()) await api.leave(roomId);
}
