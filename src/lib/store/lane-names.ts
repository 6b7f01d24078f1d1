import type { Lane, PortalId } from './types.ts';

/** Lane of a portal's events. */
export const portalLane = (id: PortalId): Lane => `portal:${id}`;

/** Lane of the events of a room, on either side, that is in no active portal. */
export const roomLane = (room: string): Lane => `room:${room}`;

export const isRoomLane = (lane: Lane): boolean => lane.startsWith('room:');
