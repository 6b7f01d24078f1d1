import type { MatrixRoomId } from '../core/ids.ts';
import type { Lane } from './inbox-types.ts';
import type { PortalId } from './portal-types.ts';

/** Lane of a portal's events. */
export const portalLane = (id: PortalId): Lane => `portal:${id}`;

/** Lane of the events of a room, on either side, that is in no active portal. */
export const roomLane = (room: string): Lane => `room:${room}`;

/** Lane of who is invited into a Matrix room and leaves it: opening the portal is only the answer to the first one. */
export const companyLane = (room: string): Lane => `${COMPANY}${room}`;
const COMPANY = 'room:company:';

/** The Matrix room whose company that lane is of. */
export const companyOfRoom = (lane: Lane): MatrixRoomId | undefined =>
  lane.startsWith(COMPANY) ? (lane.slice(COMPANY.length) as MatrixRoomId) : undefined;

/** Lane of what people write to the bridge itself in a room of Rocket.Chat. */
export const wordLane = (room: string): Lane => `word:${room}`;

export const isWordLane = (lane: Lane): boolean => lane.startsWith('word:');

export const isRoomLane = (lane: Lane): boolean => lane.startsWith('room:');
