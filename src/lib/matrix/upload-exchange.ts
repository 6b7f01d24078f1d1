import type { Clock } from '../core/clock.ts';
import { type BufferedAnswer, ERROR_LIMIT, readBody } from './answer.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

/** What is uploaded; read once. */
export interface UploadBody {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Exact number of bytes: Synapse takes nothing without a Content-Length. */
  readonly size: number;
}

interface Upload {
  readonly url: string | URL | Request;
  readonly init: RequestInit | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** How long the homeserver may take for a piece, and for its answer after the last one. */
  readonly idleMs: number;
  readonly body: UploadBody;
  readonly signal: AbortSignal | undefined;
}

/** The pieces were no upload: they failed, or were not as many bytes as was said. Not the homeserver's fault. */
export class BrokenBody extends Error {}

/**
 * Sends the pieces as fast as the homeserver takes them, and reads its answer.
 * Throws {@link BrokenBody} with its cause, or what `fetch` throws when a connection fails.
 */
export async function sendUpload(upload: Upload): Promise<BufferedAnswer> {
  const dog = createWatchdog(upload.clock, upload.idleMs);
  const stop = new AbortController();
  const signals = [dog.signal, stop.signal, ...(upload.signal === undefined ? [] : [upload.signal])];
  const signal = AbortSignal.any(signals);
  const headers = { ...(upload.init?.headers as Record<string, string>), 'Content-Length': String(upload.body.size) };
  dog.arm();
  try {
    const init: RequestInit = {
      ...upload.init,
      headers,
      signal,
      body: streamOf(upload.body, dog, (broken) => stop.abort(broken)),
      duplex: 'half',
      // Whoever may be redirected has a second copy of the body kept in memory.
      redirect: 'error',
    };
    const response = await upload.fetch(upload.url, init);
    dog.arm();
    return { status: response.status, headers: response.headers, bytes: await readBody(response, ERROR_LIMIT) };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    dog.end();
  }
}

function streamOf(body: UploadBody, dog: Watchdog, stop: (broken: BrokenBody) => void): ReadableStream<Uint8Array> {
  const pieces = body.pieces[Symbol.asyncIterator]();
  let sent = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // Now the one that gives the pieces is waited for, not the homeserver.
        dog.rest();
        try {
          const piece = await pieces.next();
          sent += piece.done === true ? 0 : piece.value.byteLength;
          if (sent > body.size || (piece.done === true && sent < body.size))
            throw new Error(`${sent} bytes came where ${body.size} were announced`);
          if (piece.done === true) controller.close();
          else controller.enqueue(piece.value);
          dog.arm();
        } catch (cause) {
          const broken = new BrokenBody('the file could not be read', { cause });
          stop(broken);
          controller.error(broken);
          if (sent > body.size) await pieces.return?.();
        }
      },
      cancel: async () => void (await pieces.return?.()),
    },
    { highWaterMark: 0 },
  );
}
