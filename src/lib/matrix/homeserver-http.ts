import { EventEmitter } from 'node:events';
import type * as sdkTypes from 'matrix-js-sdk/lib/http-api/index.js';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { Secret } from '../core/secret.ts';
import { type BufferedAnswer, readAnswer } from './answer.ts';
import { answeredWithError, jsonObjectOf, unreadAnswer } from './answer-error.ts';

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

export interface HomeserverHttp {
  /** The parsed JSON object of a 2xx answer. Throws only {@link RemoteError}. */
  json(request: HomeserverRequest): Promise<Record<string, unknown>>;
  /** The raw body of a 2xx answer. Throws only {@link RemoteError}. */
  bytes(request: HomeserverRequest): Promise<{ bytes: Uint8Array; contentType: string }>;
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
  const send = async (request: HomeserverRequest, wantsJson: boolean): Promise<BufferedAnswer> => {
    let waited = 0;
    for (let attempts = 1; ; attempts += 1) {
      try {
        const answer = await attempt(sdk, options, request, wantsJson);
        seen.server = answer.headers.get('server') ?? seen.server;
        return answer;
      } catch (error) {
        const wait = attempts === 1 && isStaleConnection(error, request) ? 0 : briefWait(error, waited);
        if (wait === undefined) throw error;
        waited += wait;
        await options.clock.sleep(wait);
      }
    }
  };
  return {
    json: async (request) => parsedObject(request, await send(request, true)),
    bytes: async (request) => {
      const answer = await send(request, false);
      return {
        bytes: answer.bytes,
        contentType: answer.headers.get('content-type') ?? 'application/octet-stream',
      };
    },
    serverHeader: () => seen.server,
  };
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

async function attempt(
  sdk: MatrixHttp,
  options: HomeserverHttpOptions,
  request: HomeserverRequest,
  wantsJson: boolean,
): Promise<BufferedAnswer> {
  const name = `${request.method} ${request.path}`;
  const outcome: { answer?: BufferedAnswer; failure?: unknown } = {};
  const limit = request.limit ?? JSON_LIMIT;
  const deadlineMs = request.deadlineMs ?? options.deadlineMs;
  const http = new sdk.MatrixHttpApi(new EventEmitter() as never, {
    baseUrl: options.baseUrl,
    prefix: '',
    onlyData: true,
    accessToken: options.token.reveal(),
    fetchFn: async (url, init) => {
      try {
        outcome.answer = await readAnswer({ ...options, url, init, limit, deadlineMs });
        return new Response(null, { status: 200 });
      } catch (error) {
        outcome.failure = error;
        throw error;
      }
    },
  });
  const started = options.clock.now();
  try {
    await http.authedRequest(request.method as never, request.path, definedQuery(request.query), bodyOf(request), {
      json: false,
      priority: undefined,
      headers: headersOf(request, wantsJson),
    });
  } catch (error) {
    options.log('debug', 'homeserver.request', { request: name, ms: options.clock.now() - started, failed: true });
    throw unreadAnswer(name, outcome.failure ?? error);
  }
  const answer = outcome.answer;
  if (answer === undefined) throw unreadAnswer(name, new Error('no answer'));
  options.log('debug', 'homeserver.request', {
    request: name,
    ms: options.clock.now() - started,
    status: answer.status,
  });
  if (answer.status < 200 || answer.status > 299) throw answeredWithError(name, answer, options.clock.now());
  return answer;
}

function definedQuery(query: HomeserverRequest['query']): Record<string, string | string[]> {
  const defined: Record<string, string | string[]> = {};
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined) defined[key] = typeof value === 'object' ? [...value] : String(value);
  }
  return defined;
}

function headersOf(request: HomeserverRequest, wantsJson: boolean): Record<string, string> {
  const headers: Record<string, string> = wantsJson ? { Accept: 'application/json' } : {};
  if (request.bytes !== undefined) headers['Content-Type'] = request.bytes.contentType;
  else if (request.json !== undefined) headers['Content-Type'] = 'application/json';
  return headers;
}

/**
 * The body as text: the SDK recognises an object by its `constructor`, which an event's content may
 * have as an ordinary key. A lone surrogate is replaced, since Synapse answers it with 500 for ever.
 */
function bodyOf(request: HomeserverRequest): string | Uint8Array | undefined {
  if (request.bytes !== undefined) return request.bytes.body;
  if (request.json === undefined) return undefined;
  const text = JSON.stringify(request.json);
  if (!/\\ud[89a-f]/i.test(text)) return text;
  return JSON.stringify(request.json, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
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
