import type { MatrixRoomId, WorkspaceRoomId } from '../../../lib/core/ids.ts';
import { expectLike } from '../../features/expect.ts';
import type { Step } from '../step.ts';

export const HARBOUR = 'harbour';

/** The Matrix room of the north, until the south has it too. */
interface Made {
  readonly alias: string;
  readonly matrixRoomId: string;
  readonly roomId: WorkspaceRoomId;
}

const made = new WeakMap<object, Made>();

const create: Step = {
  name: 'create',
  async play(circle) {
    const { ada, north } = circle;
    const room = await ada.api.createRoom('c', HARBOUR, ['carl']);
    const { matrixRoomId = '', alias = '' } = (await north.service.link({ room: HARBOUR })).room;
    expectLike(alias, `#rc_${HARBOUR}:${north.serverName}`, 'its alias');
    made.set(circle, { alias, matrixRoomId, roomId: room.id });
    return `#${HARBOUR} in the north is ${alias} on Matrix`;
  },
};

const search: Step = {
  name: 'search',
  async play({ north, south }) {
    const { rooms } = await south.service.search({ server: north.serverName, term: HARBOUR, limit: 10 });
    expectLike(
      rooms.map(({ alias, bridged }) => ({ alias, bridged })),
      [{ alias: `#rc_${HARBOUR}:${north.serverName}`, bridged: false }],
      'what the south finds',
    );
    return `the south finds it in the directory of ${north.serverName}`;
  },
};

const invite: Step = {
  name: 'invite',
  async play(circle) {
    const { north, bob } = circle;
    const [view] = await north.service.invite({ room: HARBOUR, users: [bob.ghost] });
    expectLike(view, { user: bob.ghost, outcome: 'invited' }, 'the invitation');
    return `${bob.ghost} is invited by the north`;
  },
};

const join: Step = {
  name: 'join',
  async play(circle) {
    const { north, south, bob } = circle;
    const first = made.get(circle);
    if (first === undefined) throw new Error(`there is no #${HARBOUR} in the north`);
    const room = await bob.api.createRoom('c', HARBOUR, ['dora']);
    const { room: linked } = await south.service.link({
      room: HARBOUR,
      matrixRoom: first.alias,
      via: [north.serverName],
    });
    expectLike(linked.matrixRoomId, first.matrixRoomId, 'the Matrix room');
    circle.meetings.set(HARBOUR, {
      kind: 'channel',
      name: HARBOUR,
      matrixRoomId: first.matrixRoomId as MatrixRoomId,
      north: first.roomId,
      south: room.id,
    });
    return `#${HARBOUR} in the south is the same Matrix room`;
  },
};

export const roomSteps: readonly Step[] = [create, search, invite, join];
