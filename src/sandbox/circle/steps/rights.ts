import { type Circle, type Meeting, meetingNamed } from '../circle.ts';
import { readerOf, roomOf, says, tells } from '../people-talk.ts';
import type { Person } from '../side.ts';
import type { Step } from '../step.ts';
import { HARBOUR } from './rooms.ts';

/** Said while the south is blocked: not in both histories. */
export const UNHEARD = 'is anybody there?';

const target = (circle: Circle, meeting: Meeting, person: Person) => ({
  id: roomOf(circle, meeting, person),
  type: 'c' as const,
});

/** User names of the meeting's members as that person sees them. */
async function membersSeenBy(circle: Circle, meeting: Meeting, person: Person): Promise<readonly string[]> {
  return (await person.side.admin.members(target(circle, meeting, person))).map(({ username }) => username);
}

const role: Step = {
  name: 'role',
  async play(circle) {
    const { ada, bob, north } = circle;
    const meeting = meetingNamed(circle, HARBOUR);
    const puppet = await north.admin.userByName(bob.puppet);
    if (puppet === undefined) throw new Error('nobody stands for bob in the north');
    await ada.api.setRoomRole(target(circle, meeting, ada), puppet.id, 'moderator', true);
    await circle.until(async () => {
      const roles = await bob.side.admin.roomRoles(target(circle, meeting, bob));
      if (roles.get(bob.id)?.includes('moderator') !== true) throw new Error('bob is no moderator in the south');
    });
    return 'ada makes bob a moderator: he is one in the south';
  },
};

const kick: Step = {
  name: 'kick',
  async play(circle) {
    const { ada, dora, north } = circle;
    const meeting = meetingNamed(circle, HARBOUR);
    const puppet = await north.admin.userByName(dora.puppet);
    if (puppet === undefined) throw new Error('nobody stands for dora in the north');
    await ada.api.removeFromRoom(target(circle, meeting, ada), puppet.id);
    await circle.until(async () => {
      if ((await membersSeenBy(circle, meeting, dora)).includes('dora'))
        throw new Error('dora is still there in the south');
    });
    return 'ada removes dora: she is out in the south';
  },
};

/** The north blocks the south: Matrix itself keeps its servers' messages out of the room, before any bridge. */
const block: Step = {
  name: 'block list',
  async play(circle) {
    const { ada, bob, carl, north, south } = circle;
    const meeting = meetingNamed(circle, HARBOUR);
    const { warnings } = await north.service.changeAccess({ change: 'block', pattern: south.serverName });
    // The bot has no such power in rooms of others, and direct messages are without it.
    if (warnings.some((warning) => warning.includes(HARBOUR))) throw new Error(warnings.join(' '));
    const { relayed } = await south.service.status();
    await says(circle, meeting, bob, UNHEARD);
    await circle.until(async () => {
      const now = (await south.service.status()).relayed.toMatrix;
      if (now <= relayed.toMatrix) throw new Error('the south has not sent it');
    });
    // Time enough to arrive, if it could: this goes there and is read on the way.
    await tells(circle, meeting, ada, bob, 'the north still speaks');
    await tells(circle, meeting, ada, carl, 'and hears nothing');
    const seen = await readerOf(circle, meeting, ada).messages();
    if (seen.some(({ text }) => text === UNHEARD)) throw new Error('ada reads what is blocked');
    await north.service.changeAccess({ change: 'remove', pattern: south.serverName });
    await tells(circle, meeting, bob, ada, 'open again');
    return 'what bob says meanwhile is not heard in the north; afterwards he is';
  },
};

const leave: Step = {
  name: 'leave',
  async play(circle) {
    const { carl, bob } = circle;
    const meeting = meetingNamed(circle, HARBOUR);
    await carl.api.leaveRoom(target(circle, meeting, carl));
    await circle.until(async () => {
      if ((await membersSeenBy(circle, meeting, bob)).includes(carl.puppet))
        throw new Error('carl is still there in the south');
    });
    return 'carl leaves: the south sees him gone';
  },
};

export const rightSteps: readonly Step[] = [role, kick, block, leave];
