import type { Dialect } from './dialects.ts';
import { MeteorError } from './meteor.ts';

export interface Refusal {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Codes that 9.0 turned into 403. */
const FORBIDDEN = new Set<string | number>([
  'error-not-allowed',
  'error-action-not-allowed',
  'not-authorized',
  'forbidden',
  'error-forbidden',
]);

/** How an error thrown by an action reads over REST. */
export function refusalFor(dialect: Dialect, error: unknown): Refusal {
  // Only a code makes `errorType`: plain errors print their message alone.
  if (!(error instanceof MeteorError)) {
    return { status: 400, body: { success: false, error: error instanceof Error ? error.message : String(error) } };
  }
  const { code, details, message } = error;
  if (code === 'error-too-many-requests') return { status: 429, body: { success: false, error: message } };
  if (code === 'unauthorized' || code === 'error-unauthorized') {
    return { status: dialect.forbidsWith403 ? 401 : 403, body: { success: false, error: message } };
  }
  if (dialect.forbidsWith403 && FORBIDDEN.has(code)) {
    return { status: 403, body: { success: false, error: message, errorType: 'error-forbidden' } };
  }
  return {
    status: 400,
    body: { success: false, error: message, errorType: code, ...(details === undefined ? {} : { details }) },
  };
}

export function notLoggedIn(dialect: Dialect): Refusal {
  return {
    status: 401,
    body: {
      status: 'error',
      message: 'You must be logged in to do this.',
      ...(dialect.major >= 7 ? { success: false } : {}),
    },
  };
}

export function withoutPermission(): Refusal {
  return {
    status: 403,
    body: { success: false, error: 'User does not have the permissions required for this action [error-unauthorized]' },
  };
}

export function invalidParams(dialect: Dialect, reason: string): Refusal {
  const { invalidParams: errorType } = dialect;
  return {
    status: 400,
    body: { success: false, error: errorType === 'invalid-params' ? `${reason} [invalid-params]` : reason, errorType },
  };
}

export function notFound(): Refusal {
  return { status: 404, body: { success: false, error: 'Resource not found' } };
}
