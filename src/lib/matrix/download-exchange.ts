import type { Clock } from '../core/clock.ts';
import { AnswerTooLarge, type BufferedAnswer, ERROR_LIMIT, readBody } from './answer.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

/** A 2xx answer whose body is still to be read; its `bytes` are empty. Of any other the `bytes` are the body. */
export interface StreamedAnswer extends BufferedAnswer {
  readonly body: ReadableStream<Uint8Array> | undefined;
}

interface Download {
  readonly url: string | URL | Request;
  readonly init: RequestInit | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** How long the other end may take for its next piece. */
  readonly idleMs: number;
  /** Most bytes. */
  readonly limit: number;
  /** Breaks the transfer off with its reason. */
  readonly signal: AbortSignal | undefined;
  /** What a failure while the body is read looks like to who reads it. */
  readonly failure: (cause: unknown) => Error;
}

/** The homeserver, the CDN, and one more that knows where the CDN moved. */
const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A redirect that leads nowhere we go. */
export class BadRedirect extends Error {}

/**
 * Sends a GET and answers as soon as the headers are there. What is declared to have more than `limit`
 * bytes throws {@link AnswerTooLarge} here, what turns out to have more while it is read.
 */
export async function openDownload(download: Download): Promise<StreamedAnswer> {
  const dog = createWatchdog(download.clock, download.idleMs);
  const signal = download.signal === undefined ? dog.signal : AbortSignal.any([dog.signal, download.signal]);
  dog.arm();
  try {
    const { response, elsewhere } = await follow(download, signal);
    const answer = {
      status: response.status,
      headers: response.headers,
      ...(elsewhere === undefined ? {} : { elsewhere }),
    };
    if (!response.ok) return { ...answer, bytes: await readBody(response, ERROR_LIMIT), body: undefined };
    await refuseDeclared(response, download.limit);
    return { ...answer, bytes: new Uint8Array(), body: bodyOf(response, download, dog) };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    dog.rest();
  }
}

/**
 * Authenticated media may be anywhere (spec v1.11, "Content repository"): the token goes only to the origin
 * that it was made for, and never again after a step to another one.
 */
async function follow(
  { url, init, fetch }: Download,
  signal: AbortSignal,
): Promise<{ response: Response; elsewhere: string | undefined }> {
  const origin = new URL(url instanceof Request ? url.url : url).origin;
  // Compressed, an announced length says nothing about what is to be stored.
  const headers = new Headers({ ...(init?.headers as Record<string, string>), 'Accept-Encoding': 'identity' });
  let at = new URL(url instanceof Request ? url.url : url);
  for (let steps = 0; ; steps += 1) {
    const response = await fetch(at, { ...init, headers, signal, redirect: 'manual' });
    const elsewhere = at.origin === origin ? undefined : at.host;
    if (!REDIRECTS.has(response.status)) return { response, elsewhere };
    await response.body?.cancel();
    const location = response.headers.get('location');
    const next = location === null ? null : URL.parse(location, at.href);
    if (next === null) throw new BadRedirect('a redirect without a target');
    if (steps >= MOST_REDIRECTS) throw new BadRedirect('too many redirects');
    if (next.protocol !== 'https:' && next.protocol !== at.protocol)
      throw new BadRedirect(`a redirect from ${at.protocol} to ${next.protocol}`);
    if (next.origin !== origin) headers.delete('Authorization');
    at = next;
  }
}

async function refuseDeclared(response: Response, limit: number): Promise<void> {
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (!(declared > limit)) return;
  await response.body?.cancel();
  throw new AnswerTooLarge(`${declared} bytes, more than ${limit}`, declared);
}

/** Reads only when asked: nothing is fetched ahead beyond what the system's buffers hold. */
function bodyOf(response: Response, download: Download, dog: Watchdog): ReadableStream<Uint8Array> {
  const reader = response.body?.getReader();
  let size = 0;
  const fail = (cause: unknown): Error => {
    const { signal } = download;
    void reader?.cancel(cause).catch(() => {});
    return signal?.aborted === true ? (signal.reason as Error) : download.failure(cause);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        dog.arm();
        try {
          const piece = await reader?.read();
          if (piece === undefined || piece.done) return controller.close();
          size += piece.value.byteLength;
          if (size > download.limit) throw new AnswerTooLarge(`more than ${download.limit} bytes`);
          controller.enqueue(piece.value);
        } catch (error) {
          controller.error(fail(dog.signal.aborted ? dog.signal.reason : error));
        } finally {
          dog.rest();
        }
      },
      cancel: (reason) => reader?.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
