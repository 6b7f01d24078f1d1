import { expectLike } from '../../features/expect.ts';
import { bobPosts, expectBytesInWorkspace, type SampleFile } from '../../features/file-content.ts';
import { type Circle, type Meeting, meetingNamed } from '../circle.ts';
import { authorFor, readerOf, roomOf } from '../people-talk.ts';
import type { Person } from '../side.ts';
import type { Step } from '../step.ts';
import { HARBOUR } from './rooms.ts';

const papersOf = ({ username, name }: Person): SampleFile => ({
  fileName: `papers of ${username}.txt`,
  contentType: 'text/plain',
  bytes: Buffer.from(`the papers of ${name}\n`.repeat(400)),
});

async function shares(circle: Circle, meeting: Meeting, from: Person, to: Person): Promise<void> {
  const file = papersOf(from);
  await bobPosts({ bob: from.api, place: { id: roomOf(circle, meeting, from) } }, file, {
    caption: `see there, ${from.username}`,
  });
  await circle.until(async () => {
    const message = await readerOf(circle, meeting, to).saying(file.fileName);
    expectLike(message, { author: authorFor(to, from), text: `see there, ${from.username}` }, 'the message');
    await expectBytesInWorkspace(to.api, message, file);
  });
}

const file: Step = {
  name: 'file',
  async play(circle) {
    const meeting = meetingNamed(circle, HARBOUR);
    await shares(circle, meeting, circle.ada, circle.bob);
    await shares(circle, meeting, circle.bob, circle.ada);
    return 'a file and its caption each way, byte by byte the same';
  },
};

export const fileSteps: readonly Step[] = [file];
