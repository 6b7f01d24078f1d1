import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/lib/core/clock.ts';
import { FileTooLarge, FileTooSlow, transferFile } from '../../../../src/lib/bridge/files/transfer.ts';
import { generatedFile, hashOf } from '../../../support/generated-file.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../../src/sandbox/temporary-folder.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder('rcfed-test-');
});
afterEach(() => folder.remove());

/** A source that tells how much of it was asked for, and whether it was let go of. */
function observed(pieces: AsyncIterable<Uint8Array>): {
  body: AsyncGenerator<Uint8Array>;
  seen: { given: number; closed: boolean };
} {
  const seen = { given: 0, closed: false };
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of pieces) {
        seen.given += piece.byteLength;
        yield piece;
      }
    } finally {
      seen.closed = true;
    }
  }
  return { body: body(), seen };
}

const spoolFolder = (): string => join(folder.path, 'spool');
const SIZE = 1_000_000;

describe('a file on its way', () => {
  it('arrives as it was, and tells how far it is', async () => {
    const steps: [number, number][] = [];
    const moved = await transferFile({
      source: { body: generatedFile(SIZE), size: SIZE },
      limit: SIZE,
      upload: async (body, size) => ({ hash: await hashOf(body), size }),
      spoolFolder: spoolFolder(),
      clock: systemClock,
      onProgress: (done, size) => void steps.push([done, size]),
    });
    expect(moved).toEqual({
      result: { hash: await hashOf(generatedFile(SIZE)), size: SIZE },
      size: SIZE,
    });
    expect(steps.at(-1)).toEqual([SIZE, SIZE]);
    expect(steps).toHaveLength(16);
  });

  it('is asked for only as the other side takes it', async () => {
    const { body, seen } = observed(generatedFile(SIZE, 1000));
    await transferFile({
      source: { body, size: SIZE },
      limit: undefined,
      upload: async (pieces) => {
        let taken = 0;
        for await (const piece of pieces) {
          taken += piece.byteLength;
          expect(seen.given).toBe(taken);
        }
      },
      spoolFolder: spoolFolder(),
      clock: systemClock,
    });
    expect(seen).toEqual({ given: SIZE, closed: true });
  });

  it('is shown to whoever watches before it is sent', async () => {
    const watched: number[] = [];
    let sent = 0;
    await transferFile({
      source: { body: generatedFile(SIZE), size: SIZE },
      limit: undefined,
      upload: async (body) => {
        for await (const piece of body) {
          sent += piece.byteLength;
          expect(watched.reduce((sum, bytes) => sum + bytes, 0)).toBe(sent);
        }
      },
      spoolFolder: spoolFolder(),
      clock: systemClock,
      watch: (piece) => void watched.push(piece.byteLength),
    });
    expect(sent).toBe(SIZE);
  });

  it.each([
    ['a byte a second', 1, 1_000, true],
    ['64 KiB a minute', 1_100, 1_000, false],
    ['much after a long pause', 1024 * 1024, 300_000, false],
  ])('of which %s comes is given up: %s', async (_pace, bytes, everyMs, isGivenUp) => {
    let now = 0;
    async function* slow(): AsyncGenerator<Uint8Array> {
      for (let piece = 0; piece < 200; piece += 1) {
        now += everyMs;
        yield Buffer.alloc(bytes);
      }
    }
    const moved = transferFile({
      source: { body: slow(), size: bytes * 200 },
      limit: undefined,
      upload: (body) => hashOf(body),
      spoolFolder: spoolFolder(),
      clock: { now: () => now, sleep: async () => {} },
    });
    if (isGivenUp) await expect(moved).rejects.toBeInstanceOf(FileTooSlow);
    else expect(await moved).toMatchObject({ size: bytes * 200 });
  });

  it('takes no time of its source while the other side is slow', async () => {
    let now = 0;
    const { size } = await transferFile({
      source: { body: generatedFile(1000, 10), size: 1000 },
      limit: undefined,
      upload: async (body) => {
        for await (const _piece of body) now += 10 * 60_000;
      },
      spoolFolder: spoolFolder(),
      clock: { now: () => now, sleep: async () => {} },
    });
    expect(size).toBe(1000);
  });

  it('without a known size is kept on disk, for us alone, until its size is known', async () => {
    const { result, size } = await transferFile({
      source: { body: generatedFile(SIZE), size: undefined },
      limit: SIZE,
      upload: async (body, known) => {
        const [name = ''] = await readdir(spoolFolder());
        const copy = await stat(join(spoolFolder(), name));
        return { hash: await hashOf(body), known, copy: copy.size, mode: copy.mode & 0o777 };
      },
      spoolFolder: spoolFolder(),
      clock: systemClock,
    });
    expect(result).toEqual({ hash: await hashOf(generatedFile(SIZE)), known: SIZE, copy: SIZE, mode: 0o600 });
    expect(size).toBe(SIZE);
    expect(await readdir(spoolFolder())).toEqual([]);
  });

  it('that is declared to be too large is not begun', async () => {
    const { body, seen } = observed(generatedFile(SIZE));
    let begun = false;
    const failed = transferFile({
      source: { body, size: SIZE },
      limit: SIZE - 1,
      upload: async () => void (begun = true),
      spoolFolder: spoolFolder(),
      clock: systemClock,
    });
    await expect(failed).rejects.toMatchObject({ name: 'FileTooLarge', size: SIZE, limit: SIZE - 1 });
    expect([begun, seen.given]).toEqual([false, 0]);
  });

  it.each([[100], [undefined]])('that is larger than it was declared (%s) ends at the limit', async (size) => {
    const { body, seen } = observed(generatedFile(SIZE, 1000));
    const failed = transferFile({
      source: { body, size },
      limit: 5000,
      upload: (pieces) => hashOf(pieces),
      spoolFolder: spoolFolder(),
      clock: systemClock,
    });
    await expect(failed).rejects.toBeInstanceOf(FileTooLarge);
    await expect.poll(() => seen).toEqual({ given: 6000, closed: true });
    if (size === undefined) expect(await readdir(spoolFolder())).toEqual([]);
  });

  it('fails with what its source failed with, whatever the upload makes of it', async () => {
    const gone = new Error('the source is gone');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* generatedFile(1000);
      throw gone;
    }
    for (const size of [2000, undefined]) {
      await expect(
        transferFile({
          source: { body: broken(), size },
          limit: undefined,
          upload: (body) => hashOf(body).catch(() => Promise.reject(new Error('upload failed'))),
          spoolFolder: spoolFolder(),
          clock: systemClock,
        }),
      ).rejects.toBe(gone);
    }
  });

  it('fails with what the upload failed with, and lets its source go', async () => {
    const { body, seen } = observed(generatedFile(SIZE, 1000));
    const full = new Error('disk full over there');
    await expect(
      transferFile({
        source: { body, size: SIZE },
        limit: undefined,
        upload: async (pieces) => {
          for await (const _piece of pieces) throw full;
        },
        spoolFolder: spoolFolder(),
        clock: systemClock,
      }),
    ).rejects.toBe(full);
    await expect.poll(() => seen).toEqual({ given: 1000, closed: true });
  });

  it('is there when the other side says so without reading it to its end', async () => {
    const { body, seen } = observed(generatedFile(SIZE));
    const { result } = await transferFile({
      source: { body, size: SIZE },
      limit: undefined,
      upload: async () => 'already there',
      spoolFolder: spoolFolder(),
      clock: systemClock,
    });
    expect([result, seen.given]).toEqual(['already there', 0]);
  });

  it.each(['the source', 'the upload'])('is called off although %s hangs', async (who) => {
    const stop = new AbortController();
    const reason = new Error('stopping');
    const hanging = Promise.withResolvers<void>();
    async function* silent(): AsyncGenerator<Uint8Array> {
      hanging.resolve();
      await new Promise(() => {});
      yield Buffer.alloc(1);
    }
    const transfer = transferFile({
      source: { body: who === 'the source' ? silent() : generatedFile(10), size: 10 },
      limit: undefined,
      upload: async (pieces) => {
        await hashOf(pieces);
        hanging.resolve();
        await new Promise(() => {});
      },
      spoolFolder: spoolFolder(),
      clock: systemClock,
      signal: stop.signal,
    });
    await hanging.promise;
    stop.abort(reason);
    await expect(transfer).rejects.toBe(reason);
  });
});
