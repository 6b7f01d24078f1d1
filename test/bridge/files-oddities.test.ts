// What people do with files besides sending one with a short name.
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId, MessageId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, bodiesIn, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import {
  type Scene,
  allIsWell,
  eventOnMatrix,
  fresh,
  messageInWorkspace,
  newConversation,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import {
  type TestFile,
  bytesInWorkspace,
  bytesOnMatrix,
  filesInWorkspace,
  filesOnMatrix,
  postFile,
  sendFileEvent,
  uploadToMatrix,
} from '../support/file-messages.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { picture } from '../../src/sandbox/features/sample-media.ts';

const note = { fileName: 'note.txt', contentType: 'text/plain', bytes: Buffer.from('a note') };
const sample = (name: string, contentType: string, fileName = name): TestFile => ({
  fileName,
  contentType,
  bytes: readFileSync(new URL(`../fixtures/media/${name}`, import.meta.url)),
});
/** 240 characters each: two of them are too long for a message of 300. */
const paragraphs = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}${index + 1} `.padEnd(12, '-').repeat(20));

describe.each(finerHomeservers)('files in odd circumstances, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver, settings: { Message_MaxAllowedSize: 300 } });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-40).join('\n')}\n`);
  });
  afterAll(() => bench.stop());

  const onMatrix = (): Promise<Record<string, unknown>> =>
    eventually(async () => {
      const content = (await filesOnMatrix(scene.alice, scene.matrixRoom)).at(-1);
      if (content === undefined) throw new Error('no file yet');
      return content;
    });
  const inWorkspace = (): Promise<Record<string, unknown>> =>
    eventually(async () => {
      const message = (await filesInWorkspace(scene.bob, scene.room)).at(-1);
      if (message === undefined) throw new Error('no file yet');
      return message;
    });
  async function contentOf(file: TestFile, more: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const info = { mimetype: file.contentType, size: file.bytes.byteLength };
    const url = await uploadToMatrix(scene.alice, file);
    return { msgtype: 'm.file', body: file.fileName, filename: file.fileName, info, url, ...more };
  }
  const sendFile = async (file: TestFile, more: Record<string, unknown> = {}): Promise<EventId> =>
    sendFileEvent(scene.alice, scene.matrixRoom, await contentOf(file, more));
  const editCaption = async (eventId: EventId, caption: string): Promise<EventId> => {
    const content = await contentOf(note, { body: caption });
    const relation = { rel_type: 'm.replace', event_id: eventId };
    return sendFileEvent(scene.alice, scene.matrixRoom, {
      ...content,
      'm.new_content': content,
      'm.relates_to': relation,
    });
  };
  const bobReads = (texts: readonly string[]): Promise<void> =>
    eventually(async () => expect(fresh(await textsIn(scene.bob, scene.room.id))).toEqual(texts), 40_000);
  const linkTo = (id: unknown): string => `${bench.workspace.url}/channel/${scene.room.name}?msg=${String(id)}`;

  test('a caption longer than Rocket.Chat allows goes on in messages below the file, and all of it is edited', async () => {
    const eventId = await sendFile(note, { body: paragraphs('about', 3).join('\n\n') });
    await bobReads(paragraphs('about', 3));
    expect(await inWorkspace()).toMatchObject({ msg: paragraphs('about', 1)[0], file: { name: 'note.txt' } });
    await editCaption(eventId, paragraphs('more', 4).join('\n\n'));
    await bobReads(paragraphs('more', 4));
    await editCaption(eventId, 'in short');
    await bobReads(['in short']);
    expect(await filesInWorkspace(scene.bob, scene.room)).toHaveLength(1);
    const last = await editCaption(eventId, paragraphs('again', 2).join('\n\n'));
    await bobReads(paragraphs('again', 2));
    await scene.alice.redact(scene.matrixRoom, last, `undo-${last}`);
    await bobReads(['in short']);
    await scene.alice.redact(scene.matrixRoom, eventId, `gone-${eventId}`);
    await bobReads([]);
  });

  test('the bridge dies between the file and the rest of its caption: each is there once', async () => {
    await allIsWell(running);
    await running.stop();
    try {
      const { died } = await bench.startDying('apply:acted', 2);
      await sendFile(note, { body: paragraphs('once', 3).join('\n\n') });
      await died;
    } finally {
      running = await bench.start();
    }
    await send(scene.alice, scene.matrixRoom, 'after');
    await bobReads([...paragraphs('once', 3), 'after']);
    expect(await filesInWorkspace(scene.bob, scene.room)).toHaveLength(1);
  }, 60_000);

  test('a file that is deleted before its caption is settled takes the rest of the caption along', async () => {
    await allIsWell(running);
    await running.stop();
    try {
      const { died } = await bench.startDying('apply:acted', 2);
      await sendFile(note, { body: paragraphs('never', 3).join('\n\n') });
      await died;
      await bench.admin.deleteMessage(scene.room.id, (await inWorkspace())['_id'] as MessageId);
    } finally {
      running = await bench.start();
    }
    await bobReads([]);
    await eventually(async () => expect(await filesOnMatrix(scene.alice, scene.matrixRoom)).toEqual([]));
  }, 60_000);

  test('a file in a thread is in that thread on the other side, both ways', async () => {
    const root = await send(scene.alice, scene.matrixRoom, 'topic');
    const top = await eventually(() => messageInWorkspace(scene, 'topic'));
    await sendFile(note, { 'm.relates_to': { rel_type: 'm.thread', event_id: root, is_falling_back: true } });
    expect((await inWorkspace())['tmid']).toBe(top._id);
    const body = (async function* () {
      yield note.bytes;
    })();
    const file = { ...note, fileName: 'back.txt', size: note.bytes.byteLength, body };
    const begun = await scene.bob.beginUpload(scene.room.id, file, {});
    if (begun.state === 'posted') throw new Error('not on 8.x');
    await scene.bob.confirmUpload(scene.room.id, begun.fileId, { threadId: top._id });
    await eventually(async () =>
      expect(await onMatrix()).toMatchObject({
        filename: 'back.txt',
        'm.relates_to': { rel_type: 'm.thread', event_id: root, 'm.in_reply_to': { event_id: root } },
      }),
    );
  });

  test('a file that answers a message quotes it on the other side, both ways', async () => {
    const id = await post(scene.bob, scene.room, 'send it');
    const { event_id: wish } = await eventually(() => eventOnMatrix(scene, 'send it'));
    const sent = await sendFile(note, { body: 'here', 'm.relates_to': { 'm.in_reply_to': { event_id: wish } } });
    expect(await inWorkspace()).toMatchObject({ msg: `[ ](${linkTo(id)})\nhere`, file: { name: 'note.txt' } });
    const { _id: there } = await inWorkspace();
    await postFile(scene.bob, scene.room, { ...note, fileName: 'back.txt' }, `[ ](${linkTo(there)}) and back`);
    await eventually(async () =>
      expect(await onMatrix()).toMatchObject({
        filename: 'back.txt',
        body: 'and back',
        'm.relates_to': { 'm.in_reply_to': { event_id: sent } },
      }),
    );
  });

  test.each([
    ['of 300 characters', `${'long'.repeat(75)}.txt`, `${'long'.repeat(62)}lon.txt`],
    ['in Arabic', 'تقرير المبيعات ٢٠٢٤.txt', 'تقرير المبيعات ٢٠٢٤.txt'],
    ['with a path', '../../etc/passwd', 'passwd'],
    ['with line ends', 'a\r\nContent-Type: text/html\r\n\r\nb.txt', 'htmlb.txt'],
    ['that turns its reading direction', 'annexe\u202Etxt.exe', 'annexetxt.exe'],
  ])('a name %s arrives harmless in Rocket.Chat', async (kind, fileName, expected) => {
    const file = { ...note, bytes: Buffer.from(kind) };
    const content = await contentOf(file, { body: fileName, filename: fileName });
    await sendFileEvent(scene.alice, scene.matrixRoom, content);
    const message = await inWorkspace();
    expect(message).toMatchObject({ file: { name: expected } });
    expect(await bytesInWorkspace(scene.bob, message)).toEqual(file.bytes);
  });

  test.each([
    ['of 300 characters', `${'long'.repeat(75)}.txt`],
    ['in Arabic', 'تقرير المبيعات ٢٠٢٤.txt'],
    ['that turns its reading direction', 'annexe\u202Etxt.exe'],
  ])('a name %s arrives harmless on Matrix', async (_kind, fileName) => {
    await postFile(scene.bob, scene.room, { ...note, fileName });
    const content = await onMatrix();
    expect(content['filename']).toBe(
      fileName.length > 255 ? `${'long'.repeat(62)}lon.txt` : fileName.replace('\u202E', ''),
    );
    expect(await bytesOnMatrix(scene.alice, content['url'])).toEqual(note.bytes);
  });

  test('a file without a byte arrives, both ways', async () => {
    const empty = { ...note, bytes: Buffer.alloc(0) };
    await sendFile({ ...empty, fileName: 'there.txt' });
    const message = await inWorkspace();
    expect(message).toMatchObject({ file: { name: 'there.txt', size: 0 } });
    expect(await bytesInWorkspace(scene.bob, message)).toEqual(empty.bytes);
    await postFile(scene.bob, scene.room, { ...empty, fileName: 'back.txt' });
    await eventually(async () => expect(await onMatrix()).toMatchObject({ filename: 'back.txt', info: { size: 0 } }));
    expect(await bytesOnMatrix(scene.alice, (await onMatrix())['url'])).toEqual(empty.bytes);
  });

  test('a file that says it has 5 GB is named, and its sender told', async () => {
    const info = { mimetype: 'application/zip', size: 5 * 1024 ** 3 };
    await sendFile({ ...note, fileName: 'endless.zip' }, { info });
    await eventually(async () =>
      expect(await bodiesIn(scene.alice, scene.matrixRoom)).toContainEqual(
        expect.stringMatching(/^“endless\.zip” \(5 GiB\) was not sent to Rocket\.Chat: files may have at most /),
      ),
    );
    const texts = fresh(await textsIn(scene.bob, scene.room.id));
    expect(texts).toEqual([expect.stringContaining('“endless.zip” (5 GiB): https://matrix.to/#/')]);
  });

  test('the thumbnail that Rocket.Chat made of a picture is shown on Matrix', async () => {
    const large = { fileName: 'tree.png', contentType: 'image/png', bytes: picture(4000, 3000) };
    await postFile(scene.bob, scene.room, large);
    const info = (await onMatrix())['info'] as Record<string, unknown> & { thumbnail_info: { size: number } };
    expect(info).toMatchObject({ w: 4000, h: 3000, thumbnail_info: { mimetype: 'image/png', w: 480, h: 360 } });
    const thumbnail = await bytesOnMatrix(scene.alice, info['thumbnail_url']);
    expect(thumbnail.byteLength).toBe(info.thumbnail_info.size);
    expect(thumbnail.toString('latin1', 1, 4)).toBe('PNG');
  });

  test('a film tells Matrix how large and how long it is, a record how loud it was', async () => {
    await postFile(scene.bob, scene.room, sample('film.mp4', 'video/mp4'));
    expect(await onMatrix()).toMatchObject({ msgtype: 'm.video', info: { w: 32, h: 24, duration: 1500 } });
    const id = await postFile(scene.bob, scene.room, sample('speech.mp3', 'audio/mpeg', 'Audio record.mp3'), 'listen');
    const record = await eventually(async () => {
      const content = await onMatrix();
      expect(content).toMatchObject({ msgtype: 'm.audio', body: 'listen', 'org.matrix.msc3245.voice': {} });
      return content;
    });
    const audio = record['org.matrix.msc1767.audio'] as { duration: number; waveform: number[] };
    expect(audio.duration).toBe((record['info'] as { duration: number }).duration);
    expect(Math.max(...audio.waveform)).toBe(1024);
    await scene.bob.updateMessage(scene.room.id, id, 'listen!');
    const edit = await eventually(() => eventOnMatrix(scene, '* listen!'));
    expect(edit['content']).toMatchObject({
      'm.new_content': { body: 'listen!', 'org.matrix.msc3245.voice': {}, 'org.matrix.msc1767.audio': audio },
    });
  });
});
