// Whatever gets lost on the way, a file arrives exactly once.
import { truncate, writeFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import {
  type Bench,
  type BenchOptions,
  type RunningBridge,
  bodiesIn,
  startBench,
  textsIn,
} from '../support/bridge-bench.ts';
import { type Scene, newConversation } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import {
  bytesInWorkspace,
  bytesOnMatrix,
  filesInWorkspace,
  filesOnMatrix,
  postFile,
  sendFileEvent,
  uploadToMatrix,
} from '../support/file-messages.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import type { MessageDocument } from '../../src/sandbox/workspace/documents.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';

const first = { fileName: 'first.bin', contentType: 'application/zip', bytes: Buffer.alloc(4000, 1) };
const second = { fileName: 'second.txt', contentType: 'text/plain', bytes: Buffer.from('second') };

const benches: Bench[] = [];

interface Stage {
  readonly bench: Bench;
  readonly running: RunningBridge;
  readonly scene: Scene;
}

async function stage(more: Omit<BenchOptions, 'homeserver'> = {}): Promise<Stage> {
  const [homeserver] = finerHomeservers;
  if (homeserver === undefined) throw new Error('there is always a sandbox');
  const bench = await startBench({ homeserver, ...more });
  benches.push(bench);
  const running = await bench.start();
  return { bench, running, scene: await newConversation(bench, running) };
}

afterEach(async ({ task }) => {
  for (const bench of benches.splice(0)) {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-40).join('\n')}\n`);
    await bench.stop();
  }
});

const nameOf = (message: Record<string, unknown>): string => (message['file'] as { name: string }).name;

async function sendBoth({ alice, matrixRoom }: Scene): Promise<void> {
  for (const file of [first, second]) {
    const url = await uploadToMatrix(alice, file);
    await sendFileEvent(alice, matrixRoom, { msgtype: 'm.file', body: file.fileName, url });
  }
}

test.each([
  ['rooms.media/', 'drop-answer', '8.8.1'],
  ['rooms.media/', 'cut', '8.8.1'],
  ['rooms.mediaConfirm/', 'drop-answer', '8.8.1'],
  ['rooms.mediaConfirm/', 'cut', '8.8.1'],
  ['rooms.upload/', 'drop-answer', '6.6.0'],
] as const)(
  'a file from Matrix is posted once when the answer of %s is lost (%s, %s)',
  async (path, action, version) => {
    const { bench, scene } = await stage({ version });
    bench.workspace.faults.add({ path, action, times: 1 });
    await sendBoth(scene);
    const posted = await eventually(async () => {
      const files = await filesInWorkspace(scene.bob, scene.room);
      expect(files.map(nameOf)).toEqual(['first.bin', 'second.txt']);
      return files;
    });
    expect(await bytesInWorkspace(scene.bob, posted[0] ?? {})).toEqual(first.bytes);
  },
);

test.each([
  ['/media/v1/create', 'drop-answer'],
  ['/media/v3/upload/', 'drop-answer'],
  ['/media/v3/upload/', 'cut'],
  ['/send/m.room.message', 'drop-answer'],
] as const)('a file from Rocket.Chat is sent once when the answer of %s is lost (%s)', async (path, action) => {
  const { bench, scene } = await stage();
  (bench.homeserver as SandboxHomeserver).faults.add({ path, action });
  await postFile(scene.bob, scene.room, first);
  await postFile(scene.bob, scene.room, second);
  const sent = await eventually(async () => {
    const files = await filesOnMatrix(scene.alice, scene.matrixRoom);
    expect(files.map(({ filename }) => filename)).toEqual(['first.bin', 'second.txt']);
    return files;
  });
  expect(await bytesOnMatrix(scene.alice, sent[0]?.['url'])).toEqual(first.bytes);
});

test('several files of one message are as many events, the first with the caption, and go together', async () => {
  const { bench, scene } = await stage();
  const files = await Promise.all(
    [first, second].map(async ({ fileName, contentType, bytes }) => {
      const body = (async function* () {
        yield bytes;
      })();
      const file = { fileName, contentType, size: bytes.byteLength, body };
      const begun = await scene.bob.beginUpload(scene.room.id, file, {});
      if (begun.state === 'posted') throw new Error('not on 8.x');
      return { _id: begun.fileId, name: fileName, type: contentType, size: bytes.byteLength };
    }),
  );
  const preview = { _id: 'preview', name: 'thumb-first.png', type: 'image/png', typeGroup: 'thumb' };
  const now = new Date();
  const author = { _id: scene.bob.credentials?.userId, username: 'bob', name: 'Bob' };
  const document = {
    _id: 'severalfiles12345',
    rid: scene.room.id,
    msg: '',
    ts: now,
    _updatedAt: now,
    u: author,
    file: files[0],
    files: [...files, preview],
    attachments: [{ type: 'file', description: 'two of them' }],
  };
  const deliver = (message: Record<string, unknown>): void =>
    bench.workspace.state.bus.emit({ kind: 'message', message: message as unknown as MessageDocument });
  deliver(document);
  const seen = (): Promise<Record<string, unknown>[]> => filesOnMatrix(scene.alice, scene.matrixRoom);
  await eventually(async () =>
    expect((await seen()).map(({ filename, body }) => [filename, body])).toEqual([
      ['first.bin', 'two of them'],
      ['second.txt', 'second.txt'],
    ]),
  );
  const edited = { msg: '', _updatedAt: new Date(now.getTime() + 500), editedAt: now, editedBy: author };
  deliver({ ...document, ...edited, attachments: [{ type: 'file', description: 'both of them' }] });
  await eventually(async () =>
    expect((await bodiesIn(scene.alice, scene.matrixRoom)).slice(-2)).toEqual(['both of them', 'second.txt']),
  );
  deliver({ ...document, t: 'rm', msg: '', _updatedAt: new Date(now.getTime() + 1000) });
  await eventually(async () => expect(await seen()).toEqual([]));
});

test('a file that did not cross is linked where the workspace lets anybody open it', async () => {
  const { bench, scene, running } = await stage({
    settings: { FileUpload_ProtectFiles: false, FileUpload_MaxFileSize: 5000 },
  });
  const { limits } = running.connected.parts.files;
  expect((await limits()).mostBytes).toBe(5000);
  bench.workspace.state.settings.set('FileUpload_MaxFileSize', 1_000_000);
  await postFile(scene.bob, scene.room, { ...first, bytes: Buffer.alloc(6000) });
  await eventually(async () =>
    expect((await bodiesIn(scene.alice, scene.matrixRoom)).at(-1)).toMatch(
      /^“first\.bin” \(5\.9 KiB\): http:\/\/[^ ]+\/file-upload\/[^ ]+\/first\.bin$/,
    ),
  );
});

test('a file whose sender never uploads it is named, and the room goes on', async () => {
  const { bench, scene, running } = await stage();
  const url = await scene.alice.createMedia();
  await sendFileEvent(scene.alice, scene.matrixRoom, { msgtype: 'm.file', body: 'nothing.zip', url });
  const uploaded = await uploadToMatrix(scene.alice, second);
  await sendFileEvent(scene.alice, scene.matrixRoom, { msgtype: 'm.file', body: 'second.txt', url: uploaded });
  await eventually(
    async () => expect((await filesInWorkspace(scene.bob, scene.room)).map(nameOf)).toEqual(['second.txt']),
    60_000,
  );
  expect((await textsIn(scene.bob, scene.room.id)).filter((text) => text.includes('nothing.zip'))).toHaveLength(1);
  expect(await running.service.asideRows()).toEqual([]);
  // The homeserver works: nobody else's messages waited for it.
  expect(bench.logged.filter((line) => line.includes('side.waiting'))).toEqual([]);
}, 90_000);

test('a file that its homeserver does not have is named, and its sender told', async () => {
  const { scene } = await stage();
  const url = `mxc://${scene.alice.serverName}/nowhere`;
  await sendFileEvent(scene.alice, scene.matrixRoom, { msgtype: 'm.file', body: 'lost.zip', url });
  await eventually(async () =>
    expect(await bodiesIn(scene.alice, scene.matrixRoom)).toContain(
      '“lost.zip” was not sent to Rocket.Chat: its own server does not have it.',
    ),
  );
});

test('without puppets the bot posts the file under its sender’s name, and it does not come back', async () => {
  const { scene } = await stage({ identity: 'alias' });
  await sendBoth(scene);
  await eventually(async () => expect(await filesInWorkspace(scene.bob, scene.room)).toHaveLength(2));
  const [posted] = await filesInWorkspace(scene.bob, scene.room);
  expect(posted).toMatchObject({ u: { username: 'rcfed' }, alias: expect.stringMatching(/^alice/) });
  await postFile(scene.bob, scene.room, first);
  await eventually(async () => expect(await filesOnMatrix(scene.alice, scene.matrixRoom)).toHaveLength(3));
});

test('a file from Matrix that breaks off midway arrives whole, once', async () => {
  const { bench, scene } = await stage();
  const large = { ...first, bytes: Buffer.alloc(900_000, 3) };
  const url = await uploadToMatrix(scene.alice, large);
  const media = (bench.homeserver as SandboxHomeserver).disk.media.get(url.split('/').at(-1) ?? '');
  if (media?.file === undefined) throw new Error('the upload is not on disk');
  // As much as was there when a disk or a connection gave up.
  await truncate(media.file.path, 400_000);
  await sendFileEvent(scene.alice, scene.matrixRoom, { msgtype: 'm.file', body: first.fileName, url });
  await eventually(() => expect(bench.logged.join()).toMatch(/"side":"homeserver"/));
  await writeFile(media.file.path, large.bytes);
  const posted = await eventually(async () => {
    const [only, ...others] = await filesInWorkspace(scene.bob, scene.room);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ file: { name: first.fileName } });
    return only ?? {};
  }, 40_000);
  expect(await bytesInWorkspace(scene.bob, posted)).toEqual(large.bytes);
}, 60_000);

test('a file from Rocket.Chat that breaks off midway arrives whole, once', async () => {
  const { bench, scene } = await stage();
  const large = { ...first, bytes: Buffer.alloc(900_000, 3) };
  bench.workspace.faults.add({ path: '/file-upload/', action: 'break-off', times: 1 });
  await postFile(scene.bob, scene.room, large);
  const sent = await eventually(async () => {
    const [only, ...others] = await filesOnMatrix(scene.alice, scene.matrixRoom);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ filename: first.fileName, info: { size: large.bytes.byteLength } });
    return only ?? {};
  }, 40_000);
  expect(bench.workspace.faults.list()).toMatchObject([{ hits: 1 }]);
  expect(await bytesOnMatrix(scene.alice, sent['url'])).toEqual(large.bytes);
}, 60_000);
