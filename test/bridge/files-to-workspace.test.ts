import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { type Bench, type RunningBridge, bodiesIn, startBench, textsIn } from '../support/bridge-bench.ts';
import { type Scene, allIsWell, fresh, newConversation } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import {
  type TestFile,
  bytesInWorkspace,
  filesInWorkspace,
  filesOnMatrix,
  sendFileEvent,
  uploadToMatrix,
} from '../support/file-messages.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { picture } from '../../src/sandbox/features/sample-media.ts';

const LIMIT = 100_000;
const png = { fileName: 'tree.png', contentType: 'image/png', bytes: picture(40, 30) };
const letter = { fileName: 'تقرير.txt', contentType: 'text/plain', bytes: Buffer.from('line\n'.repeat(1000)) };
const sound = { fileName: 'voice.ogg', contentType: 'audio/ogg', bytes: Buffer.alloc(5000, 7) };
const big = { fileName: 'big.zip', contentType: 'application/zip', bytes: Buffer.alloc(LIMIT + 1) };
const drawing = { fileName: 'plan.svg', contentType: 'image/svg+xml', bytes: Buffer.from('<svg/>') };

async function contentOf(person: MatrixApi, msgtype: string, file: TestFile, more: Record<string, unknown> = {}) {
  const { fileName, contentType, bytes } = file;
  const info = { mimetype: contentType, size: bytes.byteLength };
  return { msgtype, body: fileName, filename: fileName, info, url: await uploadToMatrix(person, file), ...more };
}

describe.each(finerHomeservers)('files from Matrix, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver, settings: { FileUpload_MaxFileSize: LIMIT } });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-40).join('\n')}\n`);
  });
  afterAll(() => bench.stop());

  const files = (): Promise<Record<string, unknown>[]> => filesInWorkspace(scene.bob, scene.room);
  const theFile = (): Promise<Record<string, unknown>> =>
    eventually(async () => {
      const [only, ...others] = await files();
      expect(others).toEqual([]);
      if (only === undefined) throw new Error('no file yet');
      return only;
    });
  const sendFile = async (msgtype: string, file: TestFile, more: Record<string, unknown> = {}) =>
    sendFileEvent(scene.alice, scene.matrixRoom, await contentOf(scene.alice, msgtype, file, more));
  /** What alice is told by the bridge. */
  const told = async (): Promise<string[]> =>
    (await bodiesIn(scene.alice, scene.matrixRoom)).filter((body) => body.includes('was not sent'));

  test('a picture is posted by the sender’s account, byte by byte the same, and does not come back', async () => {
    await sendFile('m.image', png);
    const message = await theFile();
    expect(message).toMatchObject({
      msg: '',
      u: { username: scene.puppet },
      file: { name: 'tree.png', type: 'image/png', size: png.bytes.byteLength },
    });
    expect(await bytesInWorkspace(scene.bob, message)).toEqual(png.bytes);
    await scene.bob.updateMessage(scene.room.id, await lastOfBob(), 'hello again');
    await eventually(async () => expect(await bodiesIn(scene.alice, scene.matrixRoom)).toContain('hello again'));
    expect(await filesOnMatrix(scene.alice, scene.matrixRoom)).toHaveLength(1);
  });

  const lastOfBob = async () => {
    const { updated } = await scene.bob.syncMessages(scene.room.id, 0);
    return updated.find(({ msg }) => msg === 'hello')?.['_id'] as never;
  };

  test('a text file keeps its Arabic name and its caption, which can be changed, and goes when it is redacted', async () => {
    const eventId = await sendFile('m.file', letter, {
      body: 'see *this*',
      format: 'org.matrix.custom.html',
      formatted_body: 'see <em>this</em>',
    });
    const message = await theFile();
    expect(message).toMatchObject({ msg: 'see _this_', file: { name: letter.fileName, type: 'text/plain' } });
    expect(await bytesInWorkspace(scene.bob, message)).toEqual(letter.bytes);
    const content = { ...(await contentOf(scene.alice, 'm.file', letter)), body: 'see that' };
    await sendFileEvent(scene.alice, scene.matrixRoom, {
      ...content,
      'm.new_content': content,
      'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
    });
    await eventually(async () => expect(await theFile()).toMatchObject({ msg: 'see that' }));
    await scene.alice.redact(scene.matrixRoom, eventId, 'gone');
    await eventually(async () => expect(await files()).toEqual([]));
  });

  test('a file that somebody deletes in Rocket.Chat goes on Matrix', async () => {
    await sendFile('m.image', png);
    await bench.admin.deleteMessage(scene.room.id, (await theFile())['_id'] as never);
    await eventually(async () => expect(await filesOnMatrix(scene.alice, scene.matrixRoom)).toEqual([]));
  });

  test('a voice message is posted as a record', async () => {
    await sendFile('m.audio', sound, { 'org.matrix.msc3245.voice': {} });
    expect(await theFile()).toMatchObject({ file: { name: 'Audio record.ogg', type: 'audio/ogg', size: 5000 } });
  });

  test('a sticker is posted as a picture', async () => {
    const { msgtype: _, filename: __, ...content } = await contentOf(scene.alice, '', png, { body: 'a waving hand' });
    await sendFileEvent(scene.alice, scene.matrixRoom, content, 'm.sticker');
    expect(await theFile()).toMatchObject({ msg: '', file: { name: 'a waving hand.png', type: 'image/png' } });
  });

  test('what can’t cross is named with a link, its sender told why, and the next file arrives', async () => {
    await sendFile('m.file', big, { body: 'my holidays' });
    await sendFile('m.image', drawing);
    const { url, ...secret } = await contentOf(scene.alice, 'm.file', letter);
    await sendFileEvent(scene.alice, scene.matrixRoom, { ...secret, file: { url } });
    await sendFile('m.image', png);
    expect(await theFile()).toMatchObject({ file: { name: 'tree.png' } });
    const link = /: https:\/\/matrix\.to\/#\/!.+\/.+\?via=.+$/;
    const [first, ...others] = fresh(await textsIn(scene.bob, scene.room.id)).filter((text) => text !== '');
    expect(first).toMatch(/^my holidays\n“big\.zip” \(97\.7 KiB\): /);
    expect([first, ...others]).toEqual([1, 2, 3].map(() => expect.stringMatching(link)));
    await eventually(async () =>
      expect(await told()).toEqual([
        '“big.zip” (100,001 bytes) was not sent to Rocket.Chat: files may have at most 100,000 bytes.',
        '“plan.svg” was not sent to Rocket.Chat: it takes no files of the type image/svg+xml.',
        `“${letter.fileName}” was not sent to Rocket.Chat: it is encrypted, and only its readers have the key.`,
      ]),
    );
    await allIsWell(running);
    expect(await running.connected.parts.store.quarantine.list()).toEqual([]);
  });

  test('a bridge that dies on both sides of posting a file posts it once', async () => {
    await allIsWell(running);
    await running.stop();
    await sendFile('m.image', png, { body: 'once' });
    try {
      await (
        await bench.startDying('apply:before-act')
      ).died;
      await (
        await bench.startDying('apply:acted')
      ).died;
    } finally {
      running = await bench.start();
    }
    await sendFile('m.file', letter);
    await eventually(async () =>
      expect((await files()).map(({ file }) => (file as TestFile & { name: string }).name)).toEqual([
        'tree.png',
        letter.fileName,
      ]),
    );
    expect((await files())[0]).toMatchObject({ msg: 'once' });
  }, 60_000);

  test('a file that was posted, never settled and deleted since does not come back', async () => {
    await allIsWell(running);
    await running.stop();
    await sendFile('m.image', png);
    try {
      await (
        await bench.startDying('apply:acted')
      ).died;
      await bench.admin.deleteMessage(scene.room.id, (await theFile())['_id'] as never);
    } finally {
      running = await bench.start();
    }
    await eventually(async () => expect(await filesOnMatrix(scene.alice, scene.matrixRoom)).toEqual([]));
    expect(await files()).toEqual([]);
  }, 60_000);
});
