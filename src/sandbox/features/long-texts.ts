import { expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';
import { bytesOnMatrix } from './file-content.ts';

/** `Message_MaxAllowedSize` of the workspace. As many characters of three bytes are more than a Matrix event holds. */
export const LONGEST_TEXT = 24_000;

const toMatrix = feature({
  feature: 'long text',
  direction: 'to Matrix',
  says: 'A text that no event has room for (64 KiB) is a text file with its beginning as the caption.',
  limits: '',
  prepare: nothing,
  async change({ bobSays, mark }) {
    const text = `${mark} `.padEnd(LONGEST_TEXT - 1, '€');
    await bobSays(text);
    return text;
  },
  async shown({ matrix, mark, ghost, alice }, text) {
    const event = await matrix.saying(mark);
    expectLike(event, { sender: ghost, content: { msgtype: 'm.file', filename: 'message.txt' } }, 'the message');
    const { body } = event.content;
    expectLike(body, new RegExp(`^${mark} €+ ?…$`), 'the caption');
    const written = Buffer.from(await bytesOnMatrix(alice, event)).toString();
    if (written !== text) throw new Error(`the file has ${written.length} characters that are not those of the text`);
    return `message.txt with all of its ${text.length.toLocaleString('en')} characters, and the first ${String(body).length}`;
  },
});

/** Two of them are too long for one message. */
const paragraph = (word: string): string => `${word} `.padEnd(LONGEST_TEXT / 2 + 1000, 'x');

const toWorkspace = feature({
  feature: 'long text',
  direction: 'to Rocket.Chat',
  says: 'A text that is too long is split between paragraphs, lines or words; the parts keep their order and are edited and deleted together.',
  limits: 'A single word that is too long is cut between two characters.',
  prepare: nothing,
  async change({ aliceSays, mark }) {
    const parts = ['one', 'two'].map((number) => paragraph(`${mark} ${number}`));
    await aliceSays(parts.join('\n\n'));
    return parts;
  },
  async shown({ workspace, mark, puppet }, parts) {
    const seen = (await workspace.messages()).filter(({ text }) => text.includes(mark));
    expectLike(
      seen.map(({ author, text }) => [author, text]),
      parts.map((part) => [puppet, part]),
      'the parts',
    );
    return `${seen.length} messages of ${seen.map(({ text }) => text.length.toLocaleString('en')).join(' and ')} characters, in order`;
  },
});

export const longTextRows: readonly Feature[] = [toMatrix, toWorkspace];
