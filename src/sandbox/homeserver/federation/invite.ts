import { forbidden, MatrixError } from '../matrix-error.ts';
import type { Homeserver, Room, StoredEvent } from '../state.ts';
import { reach, serverOf, serversIn } from './network.ts';
import { isServerAllowed } from './server-acl.ts';

/** @throws MatrixError 502 if the server of whom is to be invited does not answer, 403 if the room bars it */
export function assertCanInvite(hs: Homeserver, room: Room, userId: string): void {
  const name = serverOf(userId);
  if (hs.federation === undefined || name === hs.serverName) return;
  if (reach(hs, name) === undefined) throw new MatrixError(502, 'M_UNKNOWN', 'Failed to send invite');
  if (!isServerAllowed(room, hs.serverName)) throw forbidden('Server is banned from room');
}

/** Hands an invitation to the server of the invited; a server that is in the room gets it as everything else too. */
export function deliverInvite(hs: Homeserver, room: Room, invite: StoredEvent): void {
  const name = serverOf(invite.stateKey ?? '');
  if (serversIn(room).has(name)) return;
  reach(hs, name)?.receiveInvite(room, invite);
}
