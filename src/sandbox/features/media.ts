import { expectEmpty, expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';
import { alicePosts, bobPosts, expectBytesInWorkspace, expectBytesOnMatrix, type SampleFile } from './file-content.ts';
import { filmOf, recordedSound, picture } from './sample-media.ts';
import type { Scene } from './scene.ts';

const tree = (mark: string): SampleFile => ({
  fileName: `tree ${mark}.png`,
  contentType: 'image/png',
  bytes: picture(40, 30),
});
const film = (mark: string): SampleFile => ({
  fileName: `film ${mark}.mp4`,
  contentType: 'video/mp4',
  bytes: filmOf({ width: 640, height: 360, ms: 2_500 }),
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
  where: ['channel', 'group'],
  prepare: nothing,
  change: (scene) => bobPosts(scene, tree(scene.mark)),
  shown: (scene) => seenOnMatrix(scene, tree(scene.mark), { msgtype: 'm.image', info: { w: 40, h: 30 } }),
});

const panorama = (mark: string): SampleFile => ({ ...tree(mark), bytes: picture(4_000, 3_000) });

const thumbnailToMatrix = feature({
  feature: 'thumbnail',
  direction: 'to Matrix',
  says: 'The smaller picture that Rocket.Chat makes of a large one goes with it. (It makes its own of what comes from Matrix.)',
  limits: 'Films have none.',
  prepare: nothing,
  change: (scene) => bobPosts(scene, panorama(scene.mark)),
  async shown(scene) {
    const smaller = { mimetype: 'image/png', w: 480, h: 360 };
    const content = { msgtype: 'm.image', info: { w: 4_000, h: 3_000, thumbnail_info: smaller } };
    const detail = await seenOnMatrix(scene, panorama(scene.mark), content);
    const { content: seen } = await scene.matrix.saying(scene.mark);
    const info = seen['info'] as { thumbnail_url: string; thumbnail_info: { size: number } };
    const { bytes } = await scene.alice.media(info.thumbnail_url, 100_000);
    expectLike(bytes.byteLength, info.thumbnail_info.size, 'the size of the thumbnail');
    return `${detail}, with a thumbnail of 480 by 360`;
  },
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
  says: 'A film is shown as a film (`m.video`), with its length and dimensions.',
  limits: 'They are read of MP4, MOV, WebM and Matroska whose headers tell them.',
  prepare: nothing,
  change: (scene) => bobPosts(scene, film(scene.mark)),
  shown: (scene) =>
    seenOnMatrix(scene, film(scene.mark), { msgtype: 'm.video', info: { w: 640, h: 360, duration: 2_500 } }),
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
  says: 'Music can be played (`m.audio`), with its length, and is no voice message.',
  limits: 'The length is read of MP3, WAV, Ogg, FLAC, MP4 and WebM.',
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
const RECORD = { fileName: 'Audio record.wav', contentType: 'audio/wav' };

const voiceToMatrix = feature({
  feature: 'voice message',
  direction: 'to Matrix',
  says: "What was recorded with Rocket.Chat's recorder is a voice message (MSC3245) with its length and wave form.",
  limits:
    'The wave form is that of WAV, or of MP3, in which Rocket.Chat records, approximately; other formats have none.',
  prepare: nothing,
  async change(scene) {
    // Nothing but its content tells it from other records.
    const bytes = recordedSound(scene.mark);
    await bobPosts(scene, { ...RECORD, bytes }, { caption: `listen ${scene.mark}` });
    return bytes;
  },
  async shown({ matrix, mark, ghost, alice }, bytes) {
    const event = await matrix.saying(mark);
    expectLike(event, { sender: ghost, content: { msgtype: 'm.audio', filename: RECORD.fileName } }, 'the message');
    expectEmpty(event.content['org.matrix.msc3245.voice'] as object | undefined, 'the mark of a voice message');
    const { duration, waveform } = event.content['org.matrix.msc1767.audio'] as {
      duration: number;
      waveform: number[];
    };
    expectLike(duration, 1_000, 'its length');
    expectLike([waveform.length, waveform[0], waveform.at(-1)], [100, 1024, 0], 'its wave form');
    await expectBytesOnMatrix(alice, event, { ...RECORD, bytes });
    return `${RECORD.fileName}, a voice message of a second, loud at first`;
  },
});

const voiceToWorkspace = feature({
  feature: 'voice message',
  direction: 'to Rocket.Chat',
  says: 'A voice message can be played.',
  limits: 'Rocket.Chat shows no wave form.',
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
  thumbnailToMatrix,
  videoToMatrix,
  videoToWorkspace,
  audioToMatrix,
  audioToWorkspace,
  voiceToMatrix,
  voiceToWorkspace,
  stickerToWorkspace,
];
