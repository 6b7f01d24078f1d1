import { expectLike } from '../../features/expect.ts';
import { type Circle, type Meeting, meetingNamed } from '../circle.ts';
import { readerOf, roomOf, says, tells } from '../people-talk.ts';
import type { Person } from '../side.ts';
import type { Step } from '../step.ts';
import { HARBOUR } from './rooms.ts';

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

const block: Step = {
  name: 'block list',
  async play(circle) {
    const { ada, bob, north, south } = circle;
    const meeting = meetingNamed(circle, HARBOUR);
    await north.service.changeAccess({ change: 'block', pattern: south.serverName });
    await says(circle, meeting, bob, 'is anybody there?');
    await tells(circle, meeting, ada, circle.carl, 'the south is silent');
    // What bob said was sent before: it would be there before this.
    await circle.until(async () => {
      const { blocked } = await north.service.status();
      const acl = await north.service.accessRules();
      expectLike(acl.block, [south.serverName], 'the block list');
      if (blocked < 0) throw new Error('nothing was blocked');
    });
    const seen = await readerOf(circle, meeting, ada).messages();
    if (seen.some(({ text }) => text === 'is anybody there?')) throw new Error('ada reads what is blocked');
    await north.service.changeAccess({ change: 'remove', pattern: south.serverName });
    return 'what bob says meanwhile is not seen in the north';
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
