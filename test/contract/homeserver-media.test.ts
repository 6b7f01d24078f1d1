import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { eventually } from '../support/eventually.ts';
import { generatedFile, hashOf } from '../support/generated-file.ts';
import { clientsOf, type LabClients, newGhost, newPerson } from '../support/homeserver-clients.ts';
import { type Lab, openLab } from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';

const MIB = 1024 * 1024;
const LIMIT = 4 * MIB;

describe.each(homeservers)('files on the $name homeserver', (kind) => {
  let lab: Lab;
  let clients: LabClients;
  let alice: MatrixApi;
  let ghost: MatrixApi;

  beforeAll(async () => {
    lab = await openLab(kind, { maxUploadBytes: LIMIT });
    clients = await clientsOf(lab);
    [alice, ghost] = [await newPerson(clients), await newGhost(clients)];
  });
  afterAll(() => lab?.stop());

  const binary = { contentType: 'application/octet-stream' };
  const uploaded = async (size: number, more: { contentType?: string; fileName?: string } = {}): Promise<string> => {
    const mxc = await ghost.createMedia();
    await ghost.uploadStream(mxc, generatedFile(size), { ...binary, size, ...more });
    return mxc;
  };

  test.each([[0], [1], [64 * 1024], [3 * MIB + 7]])('a file of %i bytes arrives as it was', async (size) => {
    const mxc = await uploaded(size, { contentType: 'image/png', fileName: 'picture.png' });
    const file = await alice.downloadStream(mxc, { limit: LIMIT });
    expect(file).toMatchObject({ contentType: 'image/png', size, fileName: 'picture.png' });
    expect(await hashOf(file.body)).toBe(await hashOf(generatedFile(size)));
  });

  test.each([['ü "quoted"; a/b.txt'], ['تقرير المبيعات.pdf'], ['plain.txt'], ['100% \\ sure.txt'], ['😀.png']])(
    'keeps the name %s',
    async (fileName) => {
      const file = await alice.downloadStream(await uploaded(3, { fileName }), { limit: 3 });
      expect(file.fileName).toBe(fileName);
      await file.body.cancel();
    },
  );

  test('has no name where none was given', async () => {
    const file = await alice.downloadStream(await uploaded(3), { limit: 3 });
    expect(file.fileName).toBeUndefined();
    await file.body.cancel();
  });

  test('says how large a file may be, takes one of that size and refuses one of a byte more', async () => {
    expect(await ghost.uploadLimit()).toBe(LIMIT);
    const mxc = await uploaded(LIMIT);
    expect(await hashOf((await alice.downloadStream(mxc, { limit: LIMIT })).body)).toBe(
      await hashOf(generatedFile(LIMIT)),
    );
    await expect(uploaded(LIMIT + 1)).rejects.toMatchObject({
      side: 'homeserver',
      failure: 'refused',
      status: 413,
      code: 'M_TOO_LARGE',
    });
  });

  test('a file far over every limit ends the connection: one has to ask for the limit before', async () => {
    await expect(uploaded(20 * MIB)).rejects.toMatchObject({ failure: 'network', code: undefined, status: undefined });
    await uploaded(10);
  });

  test('the same id is uploaded to once, and again means done', async () => {
    const mxc = await uploaded(100);
    await ghost.uploadStream(mxc, generatedFile(50), { ...binary, size: 50 });
    expect((await alice.media(mxc, 1000)).bytes).toHaveLength(100);
  });

  test("nobody uploads to another's id, nor to one that was never made", async () => {
    const mxc = await ghost.createMedia();
    const file = { ...binary, size: 5 };
    await expect(alice.uploadStream(mxc, generatedFile(5), file)).rejects.toMatchObject({ code: 'M_FORBIDDEN' });
    await expect(ghost.uploadStream(`${mxc}x`, generatedFile(5), file)).rejects.toMatchObject({ code: 'M_NOT_FOUND' });
    await ghost.uploadStream(mxc, generatedFile(5), file);
  });

  test('a file that its sender has not uploaded yet is waited for, and then told apart from one that is not there', async () => {
    const mxc = await ghost.createMedia();
    const path = `/_matrix/client/v1/media/download/${mxc.slice('mxc://'.length)}`;
    expect(await clients.callerOf(alice).call('GET', path, undefined, { timeout_ms: '0' })).toMatchObject({
      status: 504,
      body: { errcode: 'M_NOT_YET_UPLOADED' },
    });
    const [file] = await Promise.all([
      alice.downloadStream(mxc, { limit: 5 }),
      ghost.uploadStream(mxc, generatedFile(5), { ...binary, size: 5 }),
    ]);
    expect(await hashOf(file.body)).toBe(await hashOf(generatedFile(5)));
  });

  test('a file without a length is not taken', async () => {
    const mxc = await alice.createMedia();
    const { tokens } = clients;
    const answer = await fetch(`${lab.homeserver.url}/_matrix/media/v3/upload/${mxc.slice('mxc://'.length)}`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${tokens.get(alice.userId)}`, 'Content-Type': 'text/plain' },
      body: ReadableStream.from(generatedFile(100)),
      duplex: 'half',
    });
    expect(answer.status).toBe(400);
    await answer.body?.cancel();
  });

  test('more than was asked for is refused with its size before anything is read', async () => {
    const mxc = await uploaded(1000);
    await expect(alice.downloadStream(mxc, { limit: 999 })).rejects.toMatchObject({
      code: 'M_TOO_LARGE',
      details: { size: 1000 },
    });
    await expect(alice.downloadStream(`${mxc}x`, { limit: 1000 })).rejects.toMatchObject({ code: 'M_NOT_FOUND' });
  });

  test('an upload that breaks off leaves the id free for the next try', async () => {
    const mxc = await ghost.createMedia();
    const broken = new Error('the other side is gone');
    async function* half(): AsyncGenerator<Uint8Array> {
      yield* generatedFile(MIB);
      throw broken;
    }
    await expect(ghost.uploadStream(mxc, half(), { ...binary, size: 2 * MIB })).rejects.toBe(broken);
    await expect(ghost.uploadStream(mxc, generatedFile(MIB), { ...binary, size: 2 * MIB })).rejects.toThrow(
      '1048576 bytes came where 2097152 were announced',
    );
    await expect(ghost.uploadStream(mxc, generatedFile(2 * MIB), { ...binary, size: MIB })).rejects.toThrow(
      'were announced',
    );
    // Synapse may still be at what it got last.
    await eventually(() => ghost.uploadStream(mxc, generatedFile(MIB), { ...binary, size: MIB }));
    expect(await hashOf((await alice.downloadStream(mxc, { limit: LIMIT })).body)).toBe(
      await hashOf(generatedFile(MIB)),
    );
  });

  test('a transfer is called off with the reason that is given', async () => {
    const mxc = await uploaded(LIMIT);
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const { body } = await alice.downloadStream(mxc, { limit: LIMIT, signal: stop.signal });
    const reader = body.getReader();
    expect((await reader.read()).done).toBe(false);
    stop.abort(reason);
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toBe(reason);
    const next = await ghost.createMedia();
    await expect(
      ghost.uploadStream(next, generatedFile(MIB), { ...binary, size: MIB, signal: stop.signal }),
    ).rejects.toBe(reason);
  });
});
