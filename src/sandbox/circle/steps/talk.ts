import { expectLike } from '../../features/expect.ts';
import { type Circle, type Meeting, meetingNamed } from '../circle.ts';
import { newMessageId, readerOf, reads, roomOf, says, tells } from '../people-talk.ts';
import type { Person } from '../side.ts';
import type { Step } from '../step.ts';
import { HARBOUR } from './rooms.ts';

/** Does the same from the north to the south and back. */
async function bothWays(
  circle: Circle,
  act: (meeting: Meeting, from: Person, to: Person) => Promise<unknown>,
): Promise<void> {
  const meeting = meetingNamed(circle, HARBOUR);
  await act(meeting, circle.ada, circle.bob);
  await act(meeting, circle.bob, circle.ada);
}

const talk: Step = {
  name: 'talk',
  async play(circle) {
    await bothWays(circle, (meeting, from, to) =>
      tells(circle, meeting, from, to, `${from.name} here, *good morning*`),
    );
    const { bob, ada } = circle;
    for (const [reader, other] of [
      [ada, bob],
      [bob, ada],
    ] as const) {
      const shown = await reader.side.admin.userByName(other.puppet);
      expectLike(shown?.name, `${other.name} (${other.side.serverName})`, `the name of @${other.puppet}`);
    }
    return `ada reads @${bob.puppet}, bob reads @${ada.puppet}`;
  },
};

const AT_ONCE = 8;

const talkAtOnce: Step = {
  name: 'talk at once',
  async play(circle) {
    const meeting = meetingNamed(circle, HARBOUR);
    const people = [circle.ada, circle.carl, circle.bob, circle.dora];
    const lines = (person: Person): string[] =>
      Array.from({ length: AT_ONCE }, (_, index) => `${person.username} counts ${index + 1} of ${AT_ONCE}`);
    await Promise.all(
      people.map(async (person) => {
        for (const line of lines(person)) await says(circle, meeting, person, line);
      }),
    );
    for (const reader of [circle.ada, circle.bob])
      for (const by of people) for (const text of lines(by)) await reads(circle, meeting, reader, { by, text });
    return `${people.length * AT_ONCE} messages of four people`;
  },
};

const edit: Step = {
  name: 'edit',
  async play(circle) {
    await bothWays(circle, async (meeting, from, to) => {
      const { said, read } = await tells(circle, meeting, from, to, `${from.username} meets you at peer 4`);
      for (const place of ['pear 4', 'pier 4']) {
        const text = `${from.username} meets you at ${place}`;
        await from.api.updateMessage(roomOf(circle, meeting, from), said, text);
        const now = await reads(circle, meeting, to, { by: from, text });
        expectLike(now.id, read.id, 'the message that was edited');
      }
    });
    return 'an edit and an edit of that, both ways';
  },
};

const reply: Step = {
  name: 'reply in a thread',
  async play(circle) {
    await bothWays(circle, async (meeting, from, to) => {
      const { read } = await tells(circle, meeting, from, to, `who brings the ropes? asks ${from.username}`);
      const text = `I do, says ${to.username}`;
      const roomId = roomOf(circle, meeting, to);
      await to.api.sendMessage({ id: newMessageId(), roomId, text, threadId: read.id });
      const answer = await reads(circle, meeting, from, { by: to, text });
      const thread = await readerOf(circle, meeting, from).message('the thread', ({ id }) => id === answer.raw['tmid']);
      expectLike(thread.text, `who brings the ropes? asks ${from.username}`, 'the message that is replied to');
    });
    return 'the reply is in the thread of the message it belongs to';
  },
};

const react: Step = {
  name: 'react',
  async play(circle) {
    await bothWays(circle, async (meeting, from, to) => {
      const { said, read } = await tells(circle, meeting, from, to, `${from.username} is done`);
      const seen = (wanted: readonly string[]) =>
        circle.until(async () =>
          expectLike(await readerOf(circle, meeting, from).reactions(said), wanted, 'the reactions'),
        );
      await from.api.react(said, ':tada:', true);
      await to.api.react(read.id, ':tada:', true);
      await seen([`${from.username} :tada:`, `${to.puppet} :tada:`].toSorted());
      await to.api.react(read.id, ':tada:', false);
      await seen([`${from.username} :tada:`]);
    });
    return 'reactions come and go, each by who made it';
  },
};

const remove: Step = {
  name: 'delete',
  async play(circle) {
    await bothWays(circle, async (meeting, from, to) => {
      const { said, read } = await tells(circle, meeting, from, to, `${from.username} was wrong`);
      await from.api.deleteMessage(roomOf(circle, meeting, from), said);
      await circle.until(() => readerOf(circle, meeting, to).gone(read.id));
    });
    return 'what is deleted is gone, both ways';
  },
};

export const talkSteps: readonly Step[] = [talk, talkAtOnce, edit, reply, react, remove];
