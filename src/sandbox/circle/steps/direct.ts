import type { MatrixRoomId, WorkspaceRoomId } from '../../../lib/core/ids.ts';
import { expectLike } from '../../features/expect.ts';
import type { Circle, Meeting } from '../circle.ts';
import { authorFor, newMessageId, reads, tells } from '../people-talk.ts';
import type { Person, Side } from '../side.ts';
import type { Step } from '../step.ts';

/** The direct messages of a person that have exactly these people in it. */
async function directsOf(person: Person, people: readonly Person[]): Promise<readonly WorkspaceRoomId[]> {
  const wanted = people
    .map((one) => authorFor(person, one))
    .toSorted()
    .join();
  const found: WorkspaceRoomId[] = [];
  for (const room of (await person.api.changedRooms(1)).updated) {
    const members = room.type === 'd' ? await person.api.members(room) : [];
    if (
      members
        .map(({ username }) => username)
        .toSorted()
        .join() === wanted
    )
      found.push(room.id);
  }
  return found;
}

/** The one that has appeared for that person. */
const directFor = (circle: Circle, person: Person, people: readonly Person[]): Promise<WorkspaceRoomId> =>
  circle.until(async () => {
    const found = await directsOf(person, people);
    expectLike(found.length, 1, `direct messages of ${person.username} with these people`);
    return found[0] as WorkspaceRoomId;
  });

async function matrixRoomOf({ service }: Side, roomId: WorkspaceRoomId): Promise<MatrixRoomId> {
  const room = (await service.rooms()).find((one) => one.roomId === roomId && one.state === 'active');
  if (room?.matrixRoomId === undefined) throw new Error(`${roomId} is no federated room`);
  return room.matrixRoomId as MatrixRoomId;
}

/** Somebody of the north opens a direct message with people of both sides and speaks; it appears in the south. */
async function open(
  circle: Circle,
  name: string,
  { from, to, others }: { readonly from: Person; readonly to: Person; readonly others: readonly Person[] },
): Promise<Meeting> {
  const people = [from, to, ...others];
  const { id: north } = await from.api.openDirect([to, ...others].map((one) => authorFor(from, one)));
  const text = `${from.username} opens ${name}`;
  await from.api.sendMessage({ id: newMessageId(), roomId: north, text });
  const south = await directFor(circle, to, people);
  const matrixRoomId = await circle.until(async () => {
    const both = await Promise.all([matrixRoomOf(circle.north, north), matrixRoomOf(circle.south, south)]);
    expectLike(both[1], both[0], 'the Matrix room of the south');
    return both[0];
  });
  const meeting: Meeting = { kind: 'direct', name, matrixRoomId, north, south };
  circle.meetings.set(name, meeting);
  await reads(circle, meeting, to, { by: from, text });
  return meeting;
}

const DIRECT = 'a direct message';
const GROUP = 'a direct message of four';

const direct: Step = {
  name: 'direct message',
  async play(circle) {
    const { ada, bob } = circle;
    const meeting = await open(circle, DIRECT, { from: ada, to: bob, others: [] });
    await tells(circle, meeting, bob, ada, 'nobody else reads this');
    await tells(circle, meeting, ada, bob, 'indeed not');
    return 'opened by ada, answered by bob';
  },
};

/** Whoever looks the other up finds the conversation that the two have. */
const sameDirect: Step = {
  name: 'one direct message of two people',
  async play(circle) {
    const { ada, bob, meetings } = circle;
    const meeting = meetings.get(DIRECT);
    if (meeting === undefined) throw new Error('there is none yet');
    const { id } = await bob.api.openDirect([ada.puppet]);
    expectLike(id, meeting.south, "the room of bob's direct message with ada");
    await tells(circle, meeting, bob, ada, 'still the same conversation');
    expectLike(await directsOf(ada, [ada, bob]), [meeting.north], "ada's direct messages with bob");
    return 'bob writes to ada and stays in it';
  },
};

const group: Step = {
  name: 'group direct message',
  async play(circle) {
    const { ada, bob, carl, dora } = circle;
    const meeting = await open(circle, GROUP, { from: ada, to: bob, others: [carl, dora] });
    await tells(circle, meeting, dora, carl, 'dora reads along');
    await tells(circle, meeting, carl, dora, 'carl too');
    await tells(circle, meeting, bob, ada, 'and bob');
    return 'ada and carl of the north, bob and dora of the south';
  },
};

export const directSteps: readonly Step[] = [direct, sameDirect, group];
