import { expectEmpty, expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';
import {
  alicePosts,
  bobPosts,
  expectBytesInWorkspace,
  expectBytesOnMatrix,
  picture,
  type SampleFile,
} from './file-content.ts';
import type { Scene } from './scene.ts';

const tree = (mark: string): SampleFile => ({
  fileName: `tree ${mark}.png`,
  contentType: 'image/png',
  bytes: picture(40, 30),
});
const film = (mark: string): SampleFile => ({
  fileName: `film ${mark}.mp4`,
  contentType: 'video/mp4',
  bytes: Buffer.alloc(5000, 3),
});
const song = (mark: string): SampleFile => ({
  fileName: `song ${mark}.ogg`,
  contentType: 'audio/ogg',
  bytes: Buffer.alloc(5000, 4),
});

/** What its file must be like on Matrix, byte by byte. */
async function seenOnMatrix(
  { matrix, mark, ghost, alice }: Scene,
  file: SampleFile,
  content: Readonly<Record<string, unknown>>,
): Promise<string> {
  const event = await matrix.saying(mark);
  const { fileName, contentType, bytes } = file;
  expectLike(event, { sender: ghost, content: { body: fileName, filename: fileName, ...content } }, 'the message');
  expectLike(event.content['info'], { mimetype: contentType, size: bytes.byteLength }, 'info');
  await expectBytesOnMatrix(alice, event, file);
  return `${fileName}, ${String(content['msgtype'])}`;
}

async function seenInWorkspace({ workspace, mark, puppet, bob }: Scene, file: SampleFile): Promise<string> {
  const message = await workspace.saying(mark);
  const { fileName: name, contentType: type, bytes } = file;
  const expected = { author: puppet, text: '', raw: { file: { name, type, size: bytes.byteLength } } };
  expectLike(message, expected, 'the message');
  await expectBytesInWorkspace(bob, message, file);
  return `${name}, ${type}`;
}

const imageToMatrix = feature({
  feature: 'image',
  direction: 'to Matrix',
  says: 'A picture is shown with its width and height (`m.image`).',
  limits: 'The thumbnail that Rocket.Chat makes is left out: homeservers make their own.',
  where: ['channel', 'group'],
  prepare: nothing,
  change: (scene) => bobPosts(scene, tree(scene.mark)),
  shown: (scene) => seenOnMatrix(scene, tree(scene.mark), { msgtype: 'm.image', info: { w: 40, h: 30 } }),
});

const imageToWorkspace = feature({
  feature: 'image',
  direction: 'to Rocket.Chat',
  says: 'A picture is shown as a picture.',
  limits: 'SVG is refused with a notice where the workspace refuses it, as it does by default.',
  where: ['channel', 'group'],
  prepare: nothing,
  change: (scene) => alicePosts(scene, tree(scene.mark), { msgtype: 'm.image' }),
  async shown(scene) {
    const detail = await seenInWorkspace(scene, tree(scene.mark));
    const { raw } = await scene.workspace.saying(scene.mark);
    expectLike(raw['attachments'], [{ image_type: 'image/png' }], 'what is shown');
    return detail;
  },
});

const videoToMatrix = feature({
  feature: 'video',
  direction: 'to Matrix',
  says: 'A film is shown as a film (`m.video`).',
  limits: 'Length and dimensions are left to the reader’s client.',
  prepare: nothing,
  change: (scene) => bobPosts(scene, film(scene.mark)),
  shown: (scene) => seenOnMatrix(scene, film(scene.mark), { msgtype: 'm.video' }),
});

const videoToWorkspace = feature({
  feature: 'video',
  direction: 'to Rocket.Chat',
  says: 'A film is shown as a film.',
  prepare: nothing,
  change: (scene) => alicePosts(scene, film(scene.mark), { msgtype: 'm.video' }),
  async shown(scene) {
    const detail = await seenInWorkspace(scene, film(scene.mark));
    const { raw } = await scene.workspace.saying(scene.mark);
    expectLike(raw['attachments'], [{ video_type: 'video/mp4' }], 'what is shown');
    return detail;
  },
});

const audioToMatrix = feature({
  feature: 'audio',
  direction: 'to Matrix',
  says: 'Music can be played (`m.audio`) and is no voice message.',
  prepare: nothing,
  change: (scene) => bobPosts(scene, song(scene.mark)),
  shown: (scene) =>
    seenOnMatrix(scene, song(scene.mark), { msgtype: 'm.audio', 'org.matrix.msc3245.voice': undefined }),
});

const audioToWorkspace = feature({
  feature: 'audio',
  direction: 'to Rocket.Chat',
  says: 'Music can be played.',
  prepare: nothing,
  change: (scene) => alicePosts(scene, song(scene.mark), { msgtype: 'm.audio' }),
  async shown(scene) {
    const detail = await seenInWorkspace(scene, song(scene.mark));
    const { raw } = await scene.workspace.saying(scene.mark);
    expectLike(raw['attachments'], [{ audio_type: 'audio/ogg' }], 'what is shown');
    return detail;
  },
});

/** Rocket.Chat's clients give every record this name. */
const RECORD = 'Audio record.mp3';

const voiceToMatrix = feature({
  feature: 'voice message',
  direction: 'to Matrix',
  says: "What was recorded with Rocket.Chat's recorder is a voice message (MSC3245).",
  limits: 'It has no wave form, which Rocket.Chat does not keep.',
  prepare: nothing,
  async change(scene) {
    // Nothing but its content tells it from other records.
    const bytes = Buffer.from(scene.mark.repeat(500));
    await bobPosts(scene, { fileName: RECORD, contentType: 'audio/mpeg', bytes }, { caption: `listen ${scene.mark}` });
    return bytes;
  },
  async shown({ matrix, mark, ghost, alice }, bytes) {
    const event = await matrix.saying(mark);
    expectLike(event, { sender: ghost, content: { msgtype: 'm.audio', filename: RECORD } }, 'the message');
    expectEmpty(event.content['org.matrix.msc3245.voice'] as object | undefined, 'the mark of a voice message');
    await expectBytesOnMatrix(alice, event, { fileName: RECORD, contentType: 'audio/mpeg', bytes });
    return `${RECORD}, a voice message`;
  },
});

const voiceToWorkspace = feature({
  feature: 'voice message',
  direction: 'to Rocket.Chat',
  says: 'A voice message can be played.',
  limits: 'Its wave form is not shown.',
  prepare: nothing,
  change: (scene) =>
    alicePosts(scene, song(scene.mark), {
      msgtype: 'm.audio',
      body: `listen ${scene.mark}`,
      'org.matrix.msc3245.voice': {},
      'org.matrix.msc1767.audio': { duration: 2000, waveform: [0, 512, 1024] },
    }),
  async shown({ workspace, mark, puppet }) {
    const message = await workspace.saying(mark);
    expectLike(message, { author: puppet, fileName: 'Audio record.ogg' }, 'the message');
    expectLike(message.raw['attachments'], [{ audio_type: 'audio/ogg' }], 'what is shown');
    return `${String(message.fileName)}, to be played`;
  },
});

const stickerToWorkspace = feature({
  feature: 'sticker',
  direction: 'to Rocket.Chat',
  says: 'A sticker is a picture that is named after its words. (Rocket.Chat has none to send.)',
  prepare: nothing,
  change: (scene) => {
    const file = { ...tree(scene.mark), fileName: `a waving hand ${scene.mark}` };
    return alicePosts(scene, file, { filename: undefined }, 'm.sticker');
  },
  shown: (scene) => seenInWorkspace(scene, { ...tree(scene.mark), fileName: `a waving hand ${scene.mark}.png` }),
});

export const mediaRows: readonly Feature[] = [
  imageToMatrix,
  imageToWorkspace,
  videoToMatrix,
  videoToWorkspace,
  audioToMatrix,
  audioToWorkspace,
  voiceToMatrix,
  voiceToWorkspace,
  stickerToWorkspace,
];
