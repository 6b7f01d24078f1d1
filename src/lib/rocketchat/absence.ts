import { RemoteError } from '../core/remote-error.ts';

/**
 * Codes with which a lookup says "there is no such thing", or none this account may see. Collected
 * from 6.x to 9.0: `rooms.info` alone says it in four ways, and `errorType` may hold a sentence.
 */
const ABSENCE = new Set([
  'error-room-not-found',
  'error-invalid-room',
  'error-no-such-room',
  'error-user-not-found',
  'error-invalid-user',
  'error-not-allowed',
  'error-forbidden',
  'error-message-not-found',
  'not-allowed',
  'not allowed',
]);

const ABSENCE_TEXT =
  /^(user not found|no message found|message not found|not allowed|the required ".*" param provided does not match any)/i;

/** True for a refusal that means "no such thing"; an unknown route or a lost token is none. */
export function saysAbsent(error: unknown): boolean {
  if (!(error instanceof RemoteError) || error.failure !== 'refused') return false;
  if (error.status === 401 || error.status === 429 || (error.status ?? 0) >= 500) return false;
  if (error.code !== undefined && ABSENCE.has(error.code.toLowerCase())) return true;
  if (error.answer === undefined) return error.code === undefined;
  return ABSENCE_TEXT.test(error.answer);
}

/** The answer; undefined where the server refused with one of these codes. */
export async function unlessCode<T>(asked: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RemoteError && codes.includes(error.code ?? '')) return undefined;
    throw error;
  }
}

/** The answer; undefined: the server's version has no such endpoint. */
export async function unlessNotOffered<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) return undefined;
    throw error;
  }
}

/** The outcome of a lookup, with `undefined` for "no such thing". */
export async function orAbsent<T>(lookup: Promise<T>): Promise<T | undefined> {
  try {
    return await lookup;
  } catch (error) {
    if (saysAbsent(error)) return undefined;
    throw error;
  }
}
