import { EventEmitter } from 'node:events';
import type * as sdkTypes from 'matrix-js-sdk/lib/http-api/index.js';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { Secret } from '../core/secret.ts';
import { type BufferedAnswer, readAnswer } from './answer.ts';
import { answeredWithError, elsewhereError, jsonObjectOf, unreadAnswer } from './answer-error.ts';
import { openDownload, type StreamedAnswer } from './download-exchange.ts';
import { bodyOf, definedQuery, headersOf } from './request-parts.ts';
import { BrokenBody, sendUpload, type UploadBody } from './upload-exchange.ts';

/** One request to the homeserver. `path` starts with `/_matrix/` and its segments are already encoded. */
export interface HomeserverRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly json?: Readonly<Record<string, unknown>>;
  readonly bytes?: { readonly body: Uint8Array; readonly contentType: string };
  readonly deadlineMs?: number;
  /** Most bytes of an answer that are read. */
  readonly limit?: number;
}

/** A request whose body or answer passes through. Its deadline is for each piece, and `signal` breaks it off with its reason. */
export interface StreamRequest extends HomeserverRequest {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HomeserverHttp {
  /** The parsed JSON object of a 2xx answer. Throws only {@link RemoteError}. */
  json(request: HomeserverRequest): Promise<Record<string, unknown>>;
  /** The raw body of a 2xx answer. Throws only {@link RemoteError}. */
  bytes(request: HomeserverRequest): Promise<{ bytes: Uint8Array; contentType: string }>;
  /**
   * A 2xx answer's headers, and its body to be read or cancelled by the caller. Throws only
   * {@link RemoteError} or the signal's reason, and so does the body.
   */
  download(
    request: StreamRequest & { readonly limit: number },
  ): Promise<{ headers: Headers; body: ReadableStream<Uint8Array> }>;
  /**
   * Sends the pieces once: a connection that is cut is not tried again here. Throws {@link RemoteError}, the
   * signal's reason, what the pieces threw, or an Error when they were not as many as was said.
   */
  upload(request: StreamRequest & { readonly contentType: string; readonly body: UploadBody }): Promise<void>;
  /** The `Server` header of the last answer: `Synapse/1.160.0`. */
  serverHeader(): string | undefined;
}

interface HomeserverHttpOptions {
  readonly baseUrl: string;
  readonly token: Secret;
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch: typeof globalThis.fetch;
  readonly deadlineMs: number;
}

type MatrixHttp = typeof sdkTypes;

/** 100 state events were seen to make 18 MB; nothing the bridge asks for comes near this. */
const JSON_LIMIT = 64 * 1024 * 1024;
/** How long a rate limit may hold a request back in all before the caller is told instead. */
const BRIEF_WAIT_MS = 2_000;

/**
 * Requests through matrix-js-sdk's HTTP layer: it makes the URL and the authorisation. The SDK gets a
 * `fetch` of ours that reads the whole answer under one deadline and a size limit, because its own
 * deadline ends with the headers and its errors forget their cause and throw on a broken error body.
 * The SDK is loaded by the first call only (80 ms), through the subpath that brings neither logger
 * output nor its crypto.
 */
export async function createHomeserverHttp(options: HomeserverHttpOptions): Promise<HomeserverHttp> {
  const sdk: MatrixHttp = await import('matrix-js-sdk/lib/http-api/index.js');
  const seen: { server: string | undefined } = { server: undefined };
  const context: Context = { sdk, options, seen };
  const buffered = (request: HomeserverRequest, wantsJson: boolean): Promise<BufferedAnswer> => {
    const limit = request.limit ?? JSON_LIMIT;
    const deadlineMs = request.deadlineMs ?? options.deadlineMs;
    return patiently(context, request, () =>
      attempt(context, request, headersOf(request, wantsJson), bodyOf(request), (url, init) =>
        readAnswer({ ...options, url, init, limit, deadlineMs }),
      ),
    );
  };
  return {
    json: async (request) => parsedObject(request, await buffered(request, true)),
    bytes: async (request) => {
      const answer = await buffered(request, false);
      return {
        bytes: answer.bytes,
        contentType: answer.headers.get('content-type') ?? 'application/octet-stream',
      };
    },
    download: (request) => download(context, request),
    upload: (request) => upload(context, request),
    serverHeader: () => seen.server,
  };
}

interface Context {
  readonly sdk: MatrixHttp;
  readonly options: HomeserverHttpOptions;
  readonly seen: { server: string | undefined };
}

async function download(
  context: Context,
  request: StreamRequest & { readonly limit: number },
): ReturnType<HomeserverHttp['download']> {
  const { limit, deadlineMs: idleMs, signal } = request;
  const failure = (cause: unknown): Error => unreadAnswer(`${request.method} ${request.path}`, cause);
  const { headers, body } = await patiently(context, request, () =>
    attempt<StreamedAnswer>(context, request, {}, undefined, (url, init) =>
      openDownload({ ...context.options, url, init, limit, idleMs, signal, failure }),
    ),
  );
  if (body === undefined) throw unreadAnswer(`${request.method} ${request.path}`, new Error('no body'));
  return { headers, body };
}

async function upload(
  context: Context,
  request: StreamRequest & { readonly contentType: string; readonly body: UploadBody },
): Promise<void> {
  const { body, contentType, deadlineMs: idleMs, signal } = request;
  await attempt(context, request, { 'Content-Type': contentType }, undefined, (url, init) =>
    sendUpload({ ...context.options, url, init, body, idleMs, signal }),
  );
}

/** Tries again what did nothing yet. */
async function patiently<A>({ options }: Context, request: HomeserverRequest, once: () => Promise<A>): Promise<A> {
  let waited = 0;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await once();
    } catch (error) {
      const wait = attempts === 1 && isStaleConnection(error, request) ? 0 : briefWait(error, waited);
      if (wait === undefined) throw error;
      waited += wait;
      await options.clock.sleep(wait);
    }
  }
}

/**
 * A homeserver that restarted leaves connections behind that fail at their next use. GET and PUT have the
 * same effect when repeated (a PUT names its transaction), POST has not.
 */
function isStaleConnection(error: unknown, request: HomeserverRequest): boolean {
  const cut =
    error instanceof RemoteError &&
    error.failure === 'network' &&
    ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(error.answer ?? '');
  return cut && (request.method === 'GET' || request.method === 'PUT');
}

/** A rate-limited request did nothing yet, so that repeating it is safe whatever it is. */
function briefWait(error: unknown, waited: number): number | undefined {
  if (!(error instanceof RemoteError)) return undefined;
  if (error.status !== 429 || error.retryAfterMs === undefined) return undefined;
  const wait = Math.max(error.retryAfterMs, 50);
  return waited + wait <= BRIEF_WAIT_MS ? wait : undefined;
}

async function attempt<A extends BufferedAnswer>(
  { sdk, options, seen }: Context,
  request: HomeserverRequest,
  headers: Record<string, string>,
  body: string | Uint8Array | undefined,
  exchange: (url: string | URL | Request, init: RequestInit | undefined) => Promise<A>,
): Promise<A> {
  const name = `${request.method} ${request.path}`;
  const outcome: { answer?: A; failure?: unknown } = {};
  const http = new sdk.MatrixHttpApi(new EventEmitter() as never, {
    baseUrl: options.baseUrl,
    prefix: '',
    onlyData: true,
    accessToken: options.token.reveal(),
    fetchFn: async (url, init) => {
      try {
        outcome.answer = await exchange(url, init);
        return new Response(null, { status: 200 });
      } catch (error) {
        outcome.failure = error;
        throw error;
      }
    },
  });
  const started = options.clock.now();
  try {
    await http.authedRequest(request.method as never, request.path, definedQuery(request.query), body, {
      json: false,
      priority: undefined,
      headers,
    });
  } catch (error) {
    options.log('debug', 'homeserver.request', { request: name, ms: options.clock.now() - started, failed: true });
    throw failureOf(name, outcome.failure ?? error, request);
  }
  const answer = outcome.answer;
  if (answer === undefined) throw unreadAnswer(name, new Error('no answer'));
  options.log('debug', 'homeserver.request', {
    request: name,
    ms: options.clock.now() - started,
    status: answer.status,
  });
  const { elsewhere } = answer;
  if (elsewhere === undefined) seen.server = answer.headers.get('server') ?? seen.server;
  if (answer.status >= 200 && answer.status <= 299) return answer;
  throw elsewhere === undefined
    ? answeredWithError(name, answer, options.clock.now())
    : elsewhereError(name, answer.status, elsewhere);
}

/** What the caller broke off, or gave us broken, is no failure of the homeserver. */
function failureOf(
  name: string,
  cause: unknown,
  request: HomeserverRequest & { signal?: AbortSignal | undefined },
): unknown {
  if (request.signal?.aborted === true && cause === request.signal.reason) return cause;
  if (cause instanceof BrokenBody) return cause.cause;
  return unreadAnswer(name, cause);
}

function parsedObject(request: HomeserverRequest, answer: BufferedAnswer): Record<string, unknown> {
  const parsed = jsonObjectOf(answer.bytes);
  if (parsed !== undefined) return parsed;
  throw new RemoteError({
    side: 'homeserver',
    failure: 'not-json',
    request: `${request.method} ${request.path}`,
    status: answer.status,
  });
}
