import { MeteorError } from './meteor.ts';

/** An error as a realtime `result` or `nosub` shows it. Errors without a code are not told to clients. */
export function methodError(error: unknown): Record<string, unknown> {
  if (!(error instanceof MeteorError)) {
    return {
      isClientSafe: true,
      error: 500,
      reason: 'Internal server error',
      message: 'Internal server error [500]',
      errorType: 'Meteor.Error',
    };
  }
  const { code, reason, details, message } = error;
  return {
    isClientSafe: true,
    error: code,
    reason,
    ...(details === undefined ? {} : { details }),
    message,
    errorType: 'Meteor.Error',
  };
}
