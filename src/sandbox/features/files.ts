import { fileSize } from '../../lib/bridge/files/file-size.ts';
import { expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';
import {
  alicePosts,
  bobPosts,
  contentOf,
  expectBytesInWorkspace,
  expectBytesOnMatrix,
  type SampleFile,
} from './file-content.ts';
import { LARGEST_FILE, TOO_LARGE } from './large-file.ts';
import { shownContent } from './matrix-reader.ts';

const [SIZE, LIMIT] = [fileSize(TOO_LARGE), fileSize(LARGEST_FILE)];
const letter = (mark: string): SampleFile => ({
  fileName: `تقرير ${mark}.txt`,
  contentType: 'text/plain',
  bytes: Buffer.from(`${mark}\n`.repeat(500)),
});

const toMatrix = feature({
  feature: 'file',
  direction: 'to Matrix',
  says: 'Name, type, size and caption are kept, byte by byte the same.',
  limits: '',
  where: ['channel', 'group', 'direct'],
  prepare: nothing,
  change: (scene) => bobPosts(scene, letter(scene.mark), { caption: `see *this*, ${scene.mark}` }),
  async shown({ matrix, mark, ghost, alice }) {
    const event = await matrix.saying(mark);
    const { fileName, bytes } = letter(mark);
    const content = {
      msgtype: 'm.file',
      filename: fileName,
      formatted_body: `see <strong>this</strong>, ${mark}`,
      info: { mimetype: 'text/plain', size: bytes.byteLength },
    };
    expectLike(event, { sender: ghost, content }, 'the message');
    await expectBytesOnMatrix(alice, event, letter(mark));
    return `${fileName}, ${bytes.byteLength} bytes, with its caption`;
  },
});

const toWorkspace = feature({
  feature: 'file',
  direction: 'to Rocket.Chat',
  says: "Name, type, size and caption are kept, byte by byte the same, from its sender's account.",
  limits: 'An encrypted file is refused with a notice: its key is only for its readers.',
  where: ['channel', 'group', 'direct'],
  prepare: nothing,
  change: (scene) =>
    alicePosts(scene, letter(scene.mark), {
      msgtype: 'm.file',
      body: `see *this*, ${scene.mark}`,
      format: 'org.matrix.custom.html',
      formatted_body: `see <em>this</em>, ${scene.mark}`,
    }),
  async shown({ workspace, mark, puppet, bob }) {
    const message = await workspace.saying(mark);
    const { fileName, contentType, bytes } = letter(mark);
    const file = { name: fileName, type: contentType, size: bytes.byteLength };
    expectLike(message, { author: puppet, text: `see _this_, ${mark}`, raw: { file } }, 'the message');
    await expectBytesInWorkspace(bob, message, letter(mark));
    return `${fileName}, ${bytes.byteLength} bytes, with its caption`;
  },
});

const captionToMatrix = feature({
  feature: 'edit of a caption',
  direction: 'to Matrix',
  says: 'The caption is edited, the file stays.',
  async prepare(scene) {
    const id = await bobPosts(scene, letter(scene.mark), { caption: `wrong ${scene.mark}` });
    const { content } = await scene.until(() => scene.matrix.saying(scene.mark));
    return { id, url: content['url'] };
  },
  async change({ bob, place, mark }, { id, url }) {
    await bob.updateMessage(place.id, id, `right ${mark}`);
    return url;
  },
  async shown({ matrix, mark }, url) {
    const event = await matrix.saying(mark);
    const now = shownContent(event);
    expectLike(now, { msgtype: 'm.file', body: `right ${mark}`, filename: letter(mark).fileName, url }, 'the edit');
    return `“wrong …” under ${letter(mark).fileName} reads “${String(now['body'])}”`;
  },
});

const captionToWorkspace = feature({
  feature: 'edit of a caption',
  direction: 'to Rocket.Chat',
  says: 'The caption is edited, the file stays.',
  async prepare(scene) {
    const content = await contentOf(scene, letter(scene.mark), {
      msgtype: 'm.file',
      body: `wrong ${scene.mark}`,
    });
    const eventId = await scene.aliceSays(content);
    const { id } = await scene.until(() => scene.workspace.saying(scene.mark));
    return { id, eventId, content: { ...content, body: `right ${scene.mark}` } };
  },
  async change({ aliceSays }, { id, eventId, content }) {
    const replaces = { rel_type: 'm.replace', event_id: eventId };
    await aliceSays({ ...content, 'm.new_content': content, 'm.relates_to': replaces });
    return id;
  },
  async shown({ workspace, mark }, id) {
    const message = await workspace.saying(mark);
    expectLike(message, { id, text: `right ${mark}`, fileName: letter(mark).fileName }, 'the message');
    return `“wrong …” under ${String(message.fileName)} reads “${message.text}”`;
  },
});

const tooLargeToMatrix = feature({
  feature: 'file that is too large',
  direction: 'to Matrix',
  says: 'Its name and caption arrive with a hint where to open it, and its sender is told the size and the limit.',
  limits: 'The smaller of both servers’ limits holds.',
  prepare: nothing,
  async change({ bob, place, mark }) {
    await bob.confirmUpload(place.id, place.tooLargeFile.id, { caption: `my holidays ${mark}` });
  },
  async shown({ matrix, workspace, mark, place, ghost }) {
    const { fileName } = place.tooLargeFile;
    const { sender, content } = await matrix.saying(mark);
    expectLike(sender, ghost, 'the sender');
    expectLike(
      content,
      {
        msgtype: 'm.text',
        body: `my holidays ${mark}\n“${fileName}” (${SIZE}): a file that can be opened in Rocket.Chat only`,
      },
      'content',
    );
    const notice = `“${fileName}” (${SIZE}) was not sent to Matrix: files may have at most ${LIMIT}.`;
    await workspace.message('the notice', ({ text }) => text === notice);
    return `“${String(content['body'])}”, and its sender reads “${notice}”`;
  },
});

const tooLargeToWorkspace = feature({
  feature: 'file that is too large',
  direction: 'to Rocket.Chat',
  says: 'Its name and caption arrive with a link to it, and its sender is told the size and the limit.',
  limits: 'The smaller of both servers’ limits holds; types that the workspace refuses are told in the same way.',
  prepare: nothing,
  async change(scene) {
    const fileName = `large ${scene.mark}.zip`;
    const file = { fileName, contentType: 'application/zip', bytes: Buffer.alloc(TOO_LARGE) };
    await alicePosts(scene, file, { msgtype: 'm.file', body: `my holidays ${scene.mark}` });
    return fileName;
  },
  async shown({ workspace, matrix, mark, puppet }, fileName) {
    const { author, text } = await workspace.saying(`my holidays ${mark}`);
    expectLike(author, puppet, 'the author');
    const start = `my holidays ${mark}\n“${fileName}” (${SIZE}): `;
    expectLike(text.slice(0, start.length), start, 'the text');
    expectLike(text.slice(start.length), /^https:\/\/matrix\.to\/#\/!.+\/.+\?via=.+$/, 'the link');
    const notice = `“${fileName}” (${SIZE}) was not sent to Rocket.Chat: files may have at most ${LIMIT}.`;
    await matrix.message('the notice', ({ content }) => content['body'] === notice);
    return `“${text}”, and its sender reads “${notice}”`;
  },
});

export const fileRows: readonly Feature[] = [
  toMatrix,
  toWorkspace,
  captionToMatrix,
  captionToWorkspace,
  tooLargeToMatrix,
  tooLargeToWorkspace,
];
