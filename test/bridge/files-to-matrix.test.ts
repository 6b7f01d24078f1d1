import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, bodiesIn, startBench, textsIn } from '../support/bridge-bench.ts';
import { type Scene, allIsWell, eventOnMatrix, newConversation } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { bytesOnMatrix, filesOnMatrix, postFile } from '../support/file-messages.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { picture } from '../../src/sandbox/features/sample-media.ts';

const LIMIT = 100_000;
const png = { fileName: 'tree.png', contentType: 'image/png', bytes: picture(40, 30) };
const letter = { fileName: 'تقرير.txt', contentType: 'text/plain', bytes: Buffer.from('line\n'.repeat(1000)) };
const voice = { fileName: 'Audio record.mp3', contentType: 'audio/mpeg', bytes: Buffer.alloc(5000, 7) };
const big = { fileName: 'big.bin', contentType: 'application/zip', bytes: Buffer.alloc(LIMIT + 1) };

describe.each(finerHomeservers)('files from Rocket.Chat, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    const small = { ...homeserver, start: (more = {}) => homeserver.start({ ...more, maxUploadBytes: LIMIT }) };
    bench = await startBench({ homeserver: small });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-40).join('\n')}\n`);
  });
  afterAll(() => bench.stop());

  const files = (): Promise<Record<string, unknown>[]> => filesOnMatrix(scene.alice, scene.matrixRoom);
  const theFile = (): Promise<Record<string, unknown>> =>
    eventually(async () => {
      const [only, ...others] = await files();
      expect(others).toEqual([]);
      if (only === undefined) throw new Error('no file yet');
      return only;
    });

  test('a picture is shown with its size, byte by byte the same', async () => {
    await postFile(scene.bob, scene.room, png);
    const content = await theFile();
    expect(content).toMatchObject({
      msgtype: 'm.image',
      body: 'tree.png',
      filename: 'tree.png',
      info: { mimetype: 'image/png', size: png.bytes.byteLength, w: 40, h: 30 },
    });
    expect(await bytesOnMatrix(scene.alice, content['url'])).toEqual(png.bytes);
  });

  test('a large picture is sent once, without the thumbnail that Rocket.Chat makes', async () => {
    await postFile(scene.bob, scene.room, { ...png, bytes: picture(4000, 3000) });
    await postFile(scene.bob, scene.room, letter);
    await eventually(async () => {
      const seen = (await files()).map(({ filename, info }) => [filename, (info as { w?: number }).w]);
      expect(seen).toEqual([
        ['tree.png', 4000],
        [letter.fileName, undefined],
      ]);
    });
  });

  test('a text file keeps its Arabic name and its caption, which can be changed and taken away with it', async () => {
    const id = await postFile(scene.bob, scene.room, letter, 'see **this**');
    const content = await theFile();
    expect(content).toMatchObject({ msgtype: 'm.file', filename: letter.fileName, info: { mimetype: 'text/plain' } });
    expect(content['formatted_body']).toBe('see <strong>this</strong>');
    expect(await bytesOnMatrix(scene.alice, content['url'])).toEqual(letter.bytes);
    await scene.bob.updateMessage(scene.room.id, id, 'see that');
    await eventually(async () => expect(await bodiesIn(scene.alice, scene.matrixRoom)).toContain('see that'));
    expect((await eventOnMatrix(scene, '* see that'))['content']).toMatchObject({
      'm.new_content': { msgtype: 'm.file', filename: letter.fileName, url: content['url'], body: 'see that' },
    });
    await scene.bob.deleteMessage(scene.room.id, id);
    await eventually(async () => expect(await files()).toEqual([]));
    expect(await bodiesIn(scene.alice, scene.matrixRoom)).not.toContain('see that');
  });

  test('what was recorded in Rocket.Chat is a voice message', async () => {
    await postFile(scene.bob, scene.room, voice);
    expect(await theFile()).toMatchObject({
      msgtype: 'm.audio',
      'org.matrix.msc3245.voice': {},
      info: { mimetype: 'audio/mpeg', size: 5000 },
    });
  });

  test('a file that is too large is named on Matrix, its sender told why, and the next one arrives', async () => {
    await postFile(scene.bob, scene.room, big, 'my holidays');
    await postFile(scene.bob, scene.room, png);
    await theFile();
    expect((await bodiesIn(scene.alice, scene.matrixRoom)).filter((body) => body.includes('big.bin'))).toEqual([
      'my holidays\n“big.bin” (97.7 KiB): a file that can be opened in Rocket.Chat only',
    ]);
    await eventually(async () => {
      const told = (await textsIn(scene.bob, scene.room.id)).filter((text) => text.includes('big.bin'));
      expect(told).toEqual(['“big.bin” (100,001 bytes) was not sent to Matrix: files may have at most 100,000 bytes.']);
    });
    await allIsWell(running);
    expect(await running.connected.parts.store.quarantine.list()).toEqual([]);
  });

  test('a bridge that dies on both sides of sending a file sends it once', async () => {
    await allIsWell(running);
    await running.stop();
    await postFile(scene.bob, scene.room, png, 'once');
    try {
      await (
        await bench.startDying('apply:before-act')
      ).died;
      await (
        await bench.startDying('apply:acted')
      ).died;
      await (
        await bench.startDying('settle:committed')
      ).died;
    } finally {
      running = await bench.start();
    }
    await postFile(scene.bob, scene.room, letter);
    await eventually(async () =>
      expect((await files()).map(({ filename }) => filename)).toEqual(['tree.png', letter.fileName]),
    );
    const [content] = await files();
    expect(content).toMatchObject({ body: 'once', info: { w: 40, h: 30, size: png.bytes.byteLength } });
    expect(await bytesOnMatrix(scene.alice, content?.['url'])).toEqual(png.bytes);
  }, 60_000);
});
