import { randomBytes } from 'node:crypto';
import type { MessageId, WorkspaceRoomId } from '../../lib/core/ids.ts';
import { expectLike } from '../features/expect.ts';
import { createWorkspaceReader, type SeenMessage, type WorkspaceReader } from '../features/workspace-reader.ts';
import type { Circle, Meeting } from './circle.ts';
import type { Person } from './side.ts';

/** The meeting's room in that person's workspace. */
export const roomOf = ({ north, south }: Circle, meeting: Meeting, { side }: Person): WorkspaceRoomId => {
  if (side === north) return meeting.north;
  if (side === south) return meeting.south;
  throw new Error('that is somebody of neither side');
};

/** The meeting as that person reads it. */
export const readerOf = (circle: Circle, meeting: Meeting, person: Person): WorkspaceReader =>
  createWorkspaceReader(
    person.access,
    meeting.kind === 'channel' ? 'channels.messages' : 'im.messages',
    roomOf(circle, meeting, person),
  );

/** As which user name `reader` reads what `author` wrote. */
export const authorFor = (reader: Person, author: Person): string =>
  reader.side === author.side ? author.username : author.puppet;

/** As Rocket.Chat's clients make them: 17 characters without those that look alike. */
export const newMessageId = (): MessageId =>
  randomBytes(24)
    .toString('base64')
    .replaceAll(/[^A-Za-z2-9]/g, 'x')
    .slice(0, 17) as MessageId;

export async function says(circle: Circle, meeting: Meeting, person: Person, text: string): Promise<MessageId> {
  const id = newMessageId();
  await person.api.sendMessage({ id, roomId: roomOf(circle, meeting, person), text });
  return id;
}

/** Waits until the reader has that text once, by that author's account. */
export function reads(
  circle: Circle,
  meeting: Meeting,
  reader: Person,
  { by, text }: { readonly by: Person; readonly text: string },
): Promise<SeenMessage> {
  return circle.until(async () => {
    const message = await readerOf(circle, meeting, reader).message(`“${text}”`, (one) => one.text === text);
    expectLike(message.author, authorFor(reader, by), 'its author');
    return message;
  });
}

/** One says it, the other reads it. */
export async function tells(
  circle: Circle,
  meeting: Meeting,
  from: Person,
  to: Person,
  text: string,
): Promise<{ readonly said: MessageId; readonly read: SeenMessage }> {
  const said = await says(circle, meeting, from, text);
  return { said, read: await reads(circle, meeting, to, { by: from, text }) };
}
