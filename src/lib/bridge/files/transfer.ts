import type { Clock } from '../../core/clock.ts';
import { spooled } from './spool.ts';

/** A file as it comes from one server, to be read once. */
export interface FileSource {
  readonly body: AsyncIterable<Uint8Array>;
  /** As the server declares it; undefined: not known before the last byte. */
  readonly size: number | undefined;
}

interface Transfer<T> {
  readonly source: FileSource;
  /** Most bytes; undefined: neither server says. */
  readonly limit: number | undefined;
  /**
   * Sends the pieces, of exactly `size` bytes in all, to the other server. It asks for a piece when it can
   * take one, and rejects when the pieces do.
   */
  readonly upload: (body: AsyncIterable<Uint8Array>, size: number) => Promise<T>;
  /** A folder on a disk with space, for files whose size is not known before. */
  readonly spoolFolder: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Is shown each piece before it is sent. Must not keep it, nor throw. */
  readonly watch?: (piece: Uint8Array) => void;
  /** After each piece: bytes moved so far, of how many. */
  readonly onProgress?: (moved: number, size: number) => void;
}

export interface Transferred<T> {
  /** What the upload answered. */
  readonly result: T;
  /** Bytes. */
  readonly size: number;
}

/** The file has more bytes than may be sent. `size` undefined: it was declared smaller, or not at all. */
export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
  readonly size: number | undefined;
  readonly limit: number;
  constructor(size: number | undefined, limit: number) {
    super(`${size ?? 'more'} bytes, of ${limit} that are allowed`);
    this.size = size;
    this.limit = limit;
  }
}

/** The file comes so slowly that its room would wait for ever. */
export class FileTooSlow extends Error {
  override readonly name = 'FileTooSlow';
}

/** A transfer may take as long as it needs; but of each minute that its source is waited for something has to come. */
const WINDOW_MS = 60_000;
const LEAST_IN_WINDOW = 64 * 1024;

/**
 * Moves a file from one server to the other, piece by piece: a piece is asked for when the other side takes
 * one, so that never more than a few of them are in memory. Of a file without a declared size a copy is
 * made on disk first, since neither server takes an upload without its length.
 * Rejects with {@link FileTooLarge}, {@link FileTooSlow}, with the signal's reason, with what the source failed with, or else with
 * what the upload failed with. Whatever happens, the source is let go of. Whoever made `source` and `upload`
 * gives them the same signal, so that a server which hangs is let go of too.
 */
export async function transferFile<T>(transfer: Transfer<T>): Promise<Transferred<T>> {
  const { source, limit } = transfer;
  const pieces = source.body[Symbol.asyncIterator]();
  try {
    transfer.signal?.throwIfAborted();
    if (source.size !== undefined && limit !== undefined && source.size > limit)
      throw new FileTooLarge(source.size, limit);
    const body = bounded(pieces, transfer);
    const moved =
      source.size === undefined
        ? spooled(transfer.spoolFolder, body, (copy, size) => send(transfer, copy, size))
        : send(transfer, body, source.size);
    return await untilAborted(moved, transfer.signal);
  } finally {
    // Closing what failed already may fail again, and what hangs is closed only by its own signal.
    void pieces.return?.().catch(() => {});
  }
}

async function* bounded(
  pieces: AsyncIterator<Uint8Array>,
  { limit, signal, clock }: Pick<Transfer<unknown>, 'limit' | 'signal' | 'clock'>,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  let waitedMs = 0;
  let came = 0;
  for (;;) {
    const askedAt = clock.now();
    const next = await untilAborted(pieces.next(), signal);
    if (next.done === true) return;
    size += next.value.byteLength;
    if (limit !== undefined && size > limit) throw new FileTooLarge(undefined, limit);
    waitedMs += clock.now() - askedAt;
    came += next.value.byteLength;
    if (waitedMs >= WINDOW_MS) {
      if (came < LEAST_IN_WINDOW) throw new FileTooSlow(`${came} bytes in ${waitedMs} ms`);
      [waitedMs, came] = [0, 0];
    }
    yield next.value;
  }
}

/** A server that sends nothing more must not keep from stopping. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function send<T>(
  { upload, watch, onProgress }: Transfer<T>,
  body: AsyncIterable<Uint8Array>,
  size: number,
): Promise<Transferred<T>> {
  const broken: { cause?: unknown } = {};
  async function* watched(): AsyncGenerator<Uint8Array> {
    let moved = 0;
    try {
      for await (const piece of body) {
        watch?.(piece);
        yield piece;
        moved += piece.byteLength;
        onProgress?.(moved, size);
      }
    } catch (cause) {
      broken.cause = cause;
      throw cause;
    }
  }
  try {
    return { result: await upload(watched(), size), size };
  } catch (error) {
    // Whatever the upload makes of it: it was the source that failed.
    throw 'cause' in broken ? broken.cause : error;
  }
}
