import { RemoteError } from '../core/remote-error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

/** Largest JSON answer that is read; an unpaged catch-up of a busy room is a few megabytes. */
const MAX_JSON_BYTES = 128 * 1024 * 1024;
const SHOWN_CHARACTERS = 500;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads a body of at most `limit` bytes; the rest of a longer one is never fetched.
 * @throws RemoteError `refused`, code `too-large`.
 */
export async function readBytes(response: Response, limit: number, request: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const announced = Number(response.headers.get('content-length') ?? 0);
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array();
  for (;;) {
    if (size > limit || announced > limit) {
      await reader.cancel();
      throw tooLarge(request, response.status, limit);
    }
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    chunks.push(value);
    size += value.length;
  }
}

/** More came, or was announced, than the caller wants. */
export function tooLarge(request: string, status: number, limit: number): RemoteError {
  return new RemoteError({
    side: 'workspace',
    failure: 'refused',
    request,
    status,
    code: 'too-large',
    answer: `more than ${limit} bytes`,
  });
}

/**
 * Reads an answer and throws what it says against the request.
 * @param alsoAnswers a status of errors with which the body is an answer all the same
 * @throws RemoteError `not-json` for anything but a JSON object, `refused` for an error of the server.
 */
export async function readAnswer(response: Response, request: string, alsoAnswers?: number): Promise<RestAnswer> {
  const text = new TextDecoder().decode(await readBytes(response, MAX_JSON_BYTES, request));
  const { status, headers } = response;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (!isObject(body)) {
    const code = status >= 300 && status < 400 ? 'redirected' : undefined;
    const shown = code === undefined ? text.trim() : `to ${originOf(headers.get('location'), response.url)}`;
    throw new RemoteError({
      side: 'workspace',
      failure: 'not-json',
      request,
      status,
      ...(code === undefined ? {} : { code }),
      answer: shown === '' ? 'an empty answer' : shown.slice(0, SHOWN_CHARACTERS),
    });
  }
  if (status === alsoAnswers) return { status, headers, body };
  if (status >= 400 || body['success'] === false || body['status'] === 'error') {
    throw refusal(request, status, body);
  }
  return { status, headers, body };
}

/** Only where a redirect leads is told: its path and query may carry what is nobody's business. */
function originOf(location: string | null, base: string): string {
  return location !== null && URL.canParse(location, base) ? new URL(location, base).origin : 'nowhere';
}

/**
 * The server's error as ours. Its code is `errorType`, else the code in brackets that ends `error`,
 * else `error` itself where that is one word (`restricted-workspace`). Statuses say little: 6.x to
 * 8.x answer most refusals with 400, 9.0 with 403.
 */
export function refusal(request: string, status: number, body: JsonObject): RemoteError {
  const method = methodError(body['message']);
  if (method) return refusal(request, status, method);
  const written = body['error'];
  const error = typeof written === 'string' ? written : isObject(written) ? textOf(written['message']) : undefined;
  const code = textOf(body['errorType']) ?? codeIn(error);
  const wait = isObject(body['details']) ? body['details']['timeToReset'] : undefined;
  const answer = error ?? textOf(body['message']) ?? textOf(body['reason']);
  return new RemoteError({
    side: 'workspace',
    failure: 'refused',
    request,
    status,
    ...(code === undefined ? {} : { code }),
    ...(answer === undefined ? {} : { answer: answer.slice(0, SHOWN_CHARACTERS) }),
    ...(typeof wait === 'number' ? { retryAfterMs: wait } : {}),
    ...(body['details'] === undefined ? {} : { details: body['details'] }),
  });
}

/** `method.call` packs a method's error into a text; newer servers answer that with 400, older ones with 200. */
function methodError(message: unknown): JsonObject | undefined {
  if (typeof message !== 'string' || !message.startsWith('{')) return undefined;
  try {
    const inner: unknown = JSON.parse(message);
    const error = isObject(inner) ? inner['error'] : undefined;
    return isObject(error) ? methodErrorFields(error) : undefined;
  } catch {
    return undefined;
  }
}

/** A method's `{error, reason, details}` in the words of REST. */
export function methodErrorFields(error: JsonObject): JsonObject {
  const { error: code, reason, message, details } = error;
  return { errorType: typeof code === 'number' ? String(code) : code, message: reason ?? message, details };
}

function codeIn(error: string | undefined): string | undefined {
  if (error === undefined) return undefined;
  const bracketed = /\[([\w.-]+)\]\s*$/.exec(error)?.[1];
  return bracketed ?? (/^[\w.-]+$/.test(error) ? error : undefined);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The server answered with JSON that lacks what its API promises. */
export function unexpectedAnswer(request: string, what: string): RemoteError {
  return new RemoteError({
    side: 'workspace',
    failure: 'not-json',
    request,
    code: 'unexpected-answer',
    answer: what,
  });
}
