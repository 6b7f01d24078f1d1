import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { Secret } from '../core/secret.ts';
import type { FileDownload } from './file-types.ts';
import { encodeMultipart, type MultipartForm } from './multipart.ts';
import {
  isObject,
  methodErrorFields,
  type RestAnswer,
  readAnswer,
  readBytes,
  refusal,
  unexpectedAnswer,
} from './rest-answer.ts';
import { createRestLimiter, type RestLimiter } from './rest-limiter.ts';
import { type RestAttempt, sendOnce, unreached } from './rest-send.ts';
import { openFile } from './rest-stream.ts';
import type { WorkspaceCredentials } from './types.ts';

export interface RestOptions {
  /** `https://chat.example.org`, with the path prefix if the workspace has one. */
  readonly url: string;
  readonly credentials?: WorkspaceCredentials | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** For one request up to the end of its answer; an upload's begins anew with each chunk. Default 20 s. */
  readonly deadlineMs?: number | undefined;
  /** Ends every request of this client, for example when the program stops. */
  readonly signal?: AbortSignal | undefined;
}

export interface RestRequest {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly form?: MultipartForm;
  /** Answers a 2FA challenge: https://developer.rocket.chat/apidocs/two-factor-authentication */
  readonly secondFactor?: { readonly method: 'password' | 'totp' | 'email'; readonly code: string };
  readonly deadlineMs?: number;
  /** A status above 399 with which the answer is what was asked for, and no refusal. */
  readonly alsoAnswers?: number;
}

/** Requests to a workspace's REST API. Every method throws only `RemoteError`. */
export interface Rest {
  readonly credentials: WorkspaceCredentials | undefined;
  /** The same server as another account: shares what is known of its limits. */
  as(credentials: WorkspaceCredentials): Rest;
  /** `endpoint` is a name below `/api/v1/`, or a path that starts with a slash. */
  get(endpoint: string, request?: RestRequest): Promise<RestAnswer>;
  post(endpoint: string, request?: RestRequest): Promise<RestAnswer>;
  /** `method.call/:method`: the method's result, or its error, which some versions send with a 200. */
  methodCall(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Bytes of a file; at most `limit`. Follows redirects to a file store, without the account's token. */
  download(
    path: string,
    limit: number,
    query?: RestRequest['query'],
  ): Promise<{ bytes: Uint8Array; contentType: string }>;
  /** Like {@link download}, as a stream; the deadline then begins anew with each piece that comes. */
  open(path: string, limit: number): Promise<FileDownload>;
}

/** How often a request waits for the rate limiter before it says so instead. */
const RATE_LIMIT_WAITS = 2;

export function createRest(options: RestOptions): Rest {
  return restAs(options, createRestLimiter(options.clock));
}

/** A password as the second factor `password` wants it. */
export function passwordCode(password: Secret): string {
  return createHash('sha256').update(password.reveal()).digest('hex');
}

function restAs(options: RestOptions, limiter: RestLimiter): Rest {
  const json = async (method: 'GET' | 'POST', endpoint: string, request: RestRequest): Promise<RestAnswer> => {
    const attempt = attemptOf(options, method, endpoint, request);
    return await limited(options, limiter, attempt, (response) =>
      readAnswer(response, attempt.name, request.alsoAnswers),
    );
  };
  return {
    credentials: options.credentials,
    as: (credentials) => restAs({ ...options, credentials }, limiter),
    get: (endpoint, request = {}) => json('GET', endpoint, request),
    post: (endpoint, request = {}) => json('POST', endpoint, request),
    async methodCall(method, params) {
      const message = JSON.stringify({ msg: 'method', id: '1', method, params });
      const { body, status } = await json('POST', `method.call/${encodeURIComponent(method)}`, { body: { message } });
      return resultOf(`POST /api/v1/method.call/${method}`, status, body['message']);
    },
    async download(path, limit, query = {}) {
      const attempt = attemptOf(options, 'GET', path, { query });
      return await limited(options, limiter, attempt, async (response) => {
        if (!response.ok) await readAnswer(response, attempt.name);
        const contentType = response.headers.get('content-type') ?? 'application/octet-stream';
        return { bytes: await readBytes(response, limit, attempt.name), contentType };
      });
    },
    async open(path, limit) {
      const attempt = attemptOf(options, 'GET', path, {});
      return await limited(options, limiter, attempt, (response) => openFile(options, response, limit, attempt.name));
    },
  };
}

function attemptOf(options: RestOptions, method: 'GET' | 'POST', endpoint: string, request: RestRequest): RestAttempt {
  const path = endpoint.startsWith('/') ? endpoint : `/api/v1/${endpoint}`;
  const url = new URL(options.url.replace(/\/+$/, '') + path);
  for (const [key, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  return { method, endpoint, request, name: `${method} ${path}`, url };
}

/** Sends, and sends again after a 429: it says that nothing was done, so repeating it is safe. */
async function limited<T>(
  options: RestOptions,
  limiter: RestLimiter,
  attempt: RestAttempt,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const account = options.credentials?.userId ?? '';
  const form = attempt.request.form ? encodeMultipart(attempt.request.form) : undefined;
  const repeatable = form?.repeatable ?? true;
  for (let waits = 0; ; waits += 1) {
    try {
      await limiter.before(attempt.endpoint, account, options.signal);
    } catch (error) {
      throw unreached(attempt.name, error);
    }
    const outcome = await sendOnce(options, attempt, form, async (response) => {
      const wait = limiter.after(attempt.endpoint, account, response);
      if (wait === undefined) return { done: true as const, value: await read(response) };
      const refused = await readAnswer(response, attempt.name).catch((error: unknown) => error);
      return { done: false as const, refused, wait };
    });
    if (outcome.done) return outcome.value;
    const { wait, refused } = outcome;
    options.log('debug', 'workspace.rate-limited', { request: attempt.name, waitMs: wait });
    if (waits >= RATE_LIMIT_WAITS || !repeatable) throw rateLimited(attempt.name, wait, refused);
  }
}

function rateLimited(request: string, retryAfterMs: number, refused: unknown): RemoteError {
  const said = refused instanceof RemoteError ? refused : undefined;
  return new RemoteError({
    side: 'workspace',
    failure: 'refused',
    request,
    status: 429,
    code: said?.code ?? 'error-too-many-requests',
    retryAfterMs,
    ...(said?.answer === undefined ? {} : { answer: said.answer }),
  });
}

function resultOf(request: string, status: number, message: unknown): unknown {
  let inner: unknown;
  try {
    inner = typeof message === 'string' ? JSON.parse(message) : undefined;
  } catch {
    inner = undefined;
  }
  if (!isObject(inner)) throw unexpectedAnswer(request, 'no message in the answer');
  const error = inner['error'];
  if (error === undefined) return inner['result'];
  if (!isObject(error)) throw unexpectedAnswer(request, 'an error of no known form');
  throw refusal(request, status, methodErrorFields(error));
}
