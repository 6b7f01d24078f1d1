import type { Clock } from '../core/clock.ts';

/** An answer that was read to its end. */
export interface BufferedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  /** The host that was asked in the end, when the homeserver sent us to another one. */
  readonly elsewhere?: string;
}

/** The deadline passed before the whole answer was read. */
export class AnswerTimeout extends Error {}
/** The answer has more bytes than were asked for; the rest was not read. */
export class AnswerTooLarge extends Error {
  /** What it was declared to have; undefined: it just went on. */
  readonly declared: number | undefined;
  constructor(message: string, declared?: number) {
    super(message);
    this.declared = declared;
  }
}

/** Most bytes of an answer that only says what was wrong. */
export const ERROR_LIMIT = 1024 * 1024;

interface ReadAnswer {
  readonly url: string | URL | Request;
  readonly init: RequestInit | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly limit: number;
}

/**
 * Sends and reads the whole answer, headers and body under one deadline.
 * Throws {@link AnswerTimeout}, {@link AnswerTooLarge}, or what `fetch` throws when a connection fails.
 */
export async function readAnswer(options: ReadAnswer): Promise<BufferedAnswer> {
  const cancel = new AbortController();
  const finished = new AbortController();
  options.clock
    .sleep(options.deadlineMs, finished.signal)
    .then(() => cancel.abort(new AnswerTimeout(`no answer within ${options.deadlineMs} ms`)))
    .catch(() => {});
  try {
    const response = await options.fetch(options.url, { ...options.init, signal: cancel.signal });
    // The limit is for what was asked for; an error says what it has to say in less than this.
    const bytes = await readBody(response, response.ok ? options.limit : Math.max(options.limit, ERROR_LIMIT));
    return { status: response.status, headers: response.headers, bytes };
  } catch (error) {
    throw cancel.signal.aborted ? cancel.signal.reason : error;
  } finally {
    finished.abort();
  }
}

/** Throws {@link AnswerTooLarge} without reading the rest. */
export async function readBody(response: Response, limit: number): Promise<Uint8Array> {
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (announced > limit) {
    await response.body?.cancel();
    throw new AnswerTooLarge(`${announced} bytes, more than ${limit}`, announced);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error cancels the body and with it the connection.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw new AnswerTooLarge(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
