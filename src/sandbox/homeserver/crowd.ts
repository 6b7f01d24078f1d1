import { MatrixError } from './matrix-error.ts';
import { type Homeserver, stateKeyOf } from './state.ts';

/**
 * Makes so many people and has them join a room at once, as if they had done so long ago: no application service is
 * told of it. They are `@crowd-1:server`, `@crowd-2:server` …, and nobody can log in as one of them.
 */
export function joinCrowd(hs: Homeserver, roomId: string, count: number): void {
  const room = hs.disk.rooms.get(roomId);
  if (room === undefined) throw new MatrixError(404, 'M_NOT_FOUND', `There is no room ${roomId}`);
  for (let number = 1; number <= count; number += 1) {
    const userId = `@crowd-${number}:${hs.serverName}`;
    const stream = hs.disk.stream.length + 1;
    const event = {
      eventId: `$crowd-${stream}`,
      roomId,
      type: 'm.room.member',
      sender: userId,
      stateKey: userId,
      content: { membership: 'join', displayname: `Crowd ${number}` },
      depth: room.depth + 1,
      originServerTs: hs.clock.now(),
      receivedAt: hs.clock.now(),
      stream,
      redacts: undefined,
      replaced: undefined,
      visibility: 'shared',
      transactionId: undefined,
      deviceId: undefined,
      accessToken: undefined,
      redactedBy: undefined,
    };
    hs.disk.stream.push(event);
    hs.disk.events.set(event.eventId, event);
    room.timeline.push(event);
    room.state.set(stateKeyOf(event.type, userId), event);
    room.memberships.set(userId, [{ stream, membership: 'join' }]);
  }
  hs.disk.servicePosition = hs.disk.stream.length;
}
