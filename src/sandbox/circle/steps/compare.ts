import { expectLike } from '../../features/expect.ts';
import type { SeenMessage } from '../../features/workspace-reader.ts';
import type { Circle, Meeting } from '../circle.ts';
import { readerOf } from '../people-talk.ts';
import type { Person } from '../side.ts';
import type { Step } from '../step.ts';
import { UNHEARD } from './rights.ts';

/** Long enough for anything that goes round to come by again. */
const REST_MS = 1500;

/** Who wrote it, by a name that is the same on both sides; undefined: one of the bridges. */
function authorOf({ ada, carl, bob, dora }: Circle, { author }: SeenMessage): string | undefined {
  return [ada, carl, bob, dora].find(({ username, puppet }) => author === username || author === puppet)?.username;
}

/** What somebody reads, in one line a message, that is the same in both workspaces. */
async function linesOf(circle: Circle, meeting: Meeting, reader: Person): Promise<readonly string[]> {
  const messages = await readerOf(circle, meeting, reader).messages();
  return messages.flatMap((message) => {
    const author = authorOf(circle, message);
    return author === undefined || message.text === UNHEARD
      ? []
      : [JSON.stringify([author, message.text, message.fileName ?? null])];
  });
}

/** @throws Error that names what one has and the other lacks, or has at another place for the same author */
function expectSame(name: string, north: readonly string[], south: readonly string[]): void {
  const byAuthor = (lines: readonly string[]) =>
    lines.toSorted((one, other) => authorIn(one).localeCompare(authorIn(other)));
  expectLike(byAuthor(south), byAuthor(north), `${name} as the south has it`);
}

const authorIn = (line: string): string => String((JSON.parse(line) as readonly unknown[])[0]);

const compare: Step = {
  name: 'compare',
  async play(circle) {
    let count = 0;
    for (const meeting of circle.meetings.values())
      count += await circle.until(async () => {
        const north = await linesOf(circle, meeting, circle.ada);
        expectSame(meeting.name, north, await linesOf(circle, meeting, circle.bob));
        return north.length;
      });
    return `${count} messages in ${circle.meetings.size} rooms, each once on both sides`;
  },
};

/** What each bridge has carried so far, once nothing waits on either side. */
async function settled({ north, south }: Circle): Promise<unknown> {
  const carried = [];
  for (const { service, serverName } of [north, south]) {
    const { relayed, setAside, waiting } = await service.status();
    expectLike({ setAside, waiting: waiting.length }, { setAside: 0, waiting: 0 }, `the bridge of ${serverName}`);
    carried.push(relayed);
  }
  return carried;
}

const rest: Step = {
  name: 'rest',
  async play(circle) {
    const before = await circle.until(() => settled(circle));
    await circle.clock.sleep(REST_MS, circle.signal);
    expectLike(await settled(circle), before, 'what the bridges carried');
    return 'nobody speaks, and nothing goes round';
  },
};

export const compareSteps: readonly Step[] = [compare, rest];
