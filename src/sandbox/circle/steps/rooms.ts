import type { MatrixRoomId, WorkspaceRoomId } from '../../../lib/core/ids.ts';
import { expectLike } from '../../features/expect.ts';
import type { Circle, Meeting } from '../circle.ts';
import type { Person } from '../side.ts';
import type { Step } from '../step.ts';

export const HARBOUR = 'harbour';
const MARKET = 'market';

/** What the north has, until the south has it too. */
type Made = Omit<Meeting, 'south'>;

const made = new WeakMap<Circle, Made>();

const create: Step = {
  name: 'create',
  async play(circle) {
    const { north } = circle;
    const { room } = await north.service.create({
      name: HARBOUR,
      topic: 'who comes and goes',
      owner: 'ada',
      members: ['carl'],
    });
    expectLike(room?.alias, `#rc_${HARBOUR}:${north.serverName}`, 'its alias');
    made.set(circle, {
      kind: 'channel',
      name: HARBOUR,
      matrixRoomId: room?.matrixRoomId as MatrixRoomId,
      north: room?.roomId as WorkspaceRoomId,
    });
    return `#${HARBOUR} in the north is ${room?.alias} on Matrix`;
  },
};

const search: Step = {
  name: 'search',
  async play({ north, south }) {
    const { rooms } = await south.service.search({ server: north.serverName, term: HARBOUR, limit: 10 });
    const found = rooms.map(({ alias, bridged }) => ({ alias, bridged }));
    expectLike(found, [{ alias: `#rc_${HARBOUR}:${north.serverName}`, bridged: false }], 'what the south finds');
    return `the south finds it in the directory of ${north.serverName}`;
  },
};

const invite: Step = {
  name: 'invite',
  async play(circle) {
    const { north, bob } = circle;
    const first = made.get(circle);
    if (first === undefined) throw new Error(`there is no #${HARBOUR} in the north`);
    const [view] = await north.service.invite({ room: HARBOUR, users: [bob.ghost] });
    expectLike(view, { user: bob.ghost, outcome: 'invited' }, 'the invitation');
    const room = await circle.until(() => channelOf(bob, first.matrixRoomId));
    circle.meetings.set(HARBOUR, { ...first, south: room.id });
    // A channel of the south like any other by now.
    await circle.dora.api.joinRoom(room.id);
    return `#${room.name} appears for bob in the south`;
  },
};

const join: Step = {
  name: 'join',
  async play(circle) {
    const { north, south, dora } = circle;
    await dora.api.createRoom('c', MARKET);
    const { room } = await south.service.link({ room: MARKET });
    const { alias = '', matrixRoomId } = room;
    const joined = await north.service.join({ room: alias });
    expectLike(joined.room?.matrixRoomId, matrixRoomId, 'the Matrix room');
    return `the north joins ${alias} as #${joined.room?.room}`;
  },
};

/** The channel that the person is in and that is linked with that Matrix room. */
async function channelOf({ api, side }: Person, matrixRoomId: MatrixRoomId) {
  const linked = (await side.service.rooms()).find((room) => room.matrixRoomId === matrixRoomId);
  if (linked?.state !== 'active') throw new Error('no room of the south is linked with it');
  const room = (await api.changedRooms(1)).updated.find(({ id }) => id === linked.roomId);
  if (room === undefined) throw new Error(`#${linked.room} is not among the rooms of its invited member`);
  return room;
}

export const roomSteps: readonly Step[] = [create, search, invite, join];
