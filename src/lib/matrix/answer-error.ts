import { RemoteError } from '../core/remote-error.ts';
import { AnswerTimeout, AnswerTooLarge, type BufferedAnswer } from './answer.ts';
import { BadRedirect } from './download-exchange.ts';

const ANSWER_LENGTH = 500;

/** The JSON object in an answer, or undefined when there is none. */
export function jsonObjectOf(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a status outside 2xx means. `nowMs` is only for a `Retry-After` that is a date. */
export function answeredWithError(request: string, answer: BufferedAnswer, nowMs: number): RemoteError {
  const body = jsonObjectOf(answer.bytes);
  const retryAfterMs = retryAfter(answer.headers.get('retry-after'), body, nowMs);
  const common = {
    side: 'homeserver' as const,
    request,
    status: answer.status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  if (body === undefined) return new RemoteError({ ...common, failure: 'not-json' });
  return new RemoteError({
    ...common,
    failure: 'refused',
    ...(typeof body['errcode'] === 'string' ? { code: body['errcode'] } : {}),
    ...(typeof body['error'] === 'string' ? { answer: body['error'].slice(0, ANSWER_LENGTH).toWellFormed() } : {}),
  });
}

/** What an error means that came from where the homeserver had sent us: it says nothing about the homeserver. */
export function elsewhereError(request: string, status: number, host: string): RemoteError {
  const answer = `${host}, where the homeserver redirects to, answered ${status}`;
  // Its 401 or 403 is none of ours: it would look as if the homeserver had refused our token.
  return new RemoteError({
    side: 'homeserver',
    failure: 'refused',
    request,
    answer,
    ...(status < 500 ? {} : { status }),
  });
}

/** What it means that no answer, or not all of it, could be read. */
export function unreadAnswer(request: string, cause: unknown): RemoteError {
  if (cause instanceof RemoteError) return cause;
  if (cause instanceof AnswerTooLarge) {
    return new RemoteError({
      side: 'homeserver',
      failure: 'refused',
      request,
      code: 'M_TOO_LARGE',
      answer: cause.message,
      ...(cause.declared === undefined ? {} : { details: { size: cause.declared } }),
      cause,
    });
  }
  if (cause instanceof BadRedirect)
    return new RemoteError({ side: 'homeserver', failure: 'refused', request, answer: cause.message, cause });
  const failure = cause instanceof AnswerTimeout ? 'timeout' : 'network';
  const why = networkReason(cause);
  return new RemoteError({
    side: 'homeserver',
    failure,
    request,
    ...(why === undefined ? {} : { answer: why }),
    cause,
  });
}

/** `ECONNREFUSED` and its like hide in the cause of fetch's `TypeError`. */
function networkReason(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return error instanceof Error ? error.message.slice(0, ANSWER_LENGTH) : undefined;
}

/** Seconds or an HTTP date in the header (since spec v1.10), milliseconds in the body before. */
function retryAfter(
  header: string | null,
  body: Record<string, unknown> | undefined,
  nowMs: number,
): number | undefined {
  if (header !== null && /^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = header === null ? Number.NaN : Date.parse(header);
  if (Number.isFinite(date)) return Math.max(0, date - nowMs);
  const inBody = body?.['retry_after_ms'];
  return typeof inBody === 'number' && Number.isFinite(inBody) && inBody >= 0 ? inBody : undefined;
}
