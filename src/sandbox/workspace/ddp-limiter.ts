import { MeteorError } from './meteor.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Workspace } from './workspace.ts';

/** Stream subscriptions and calls get this many times the calls and the window of a rule. */
const STREAM_FACTOR = 4;

/**
 * Counts a method call or subscription against the rules for connection, user, and each with the name.
 * The rule by address never applies: the sandbox is only reached from 127.0.0.1, which is exempt.
 * @throws MeteorError `too-many-requests` with `details.timeToReset` in ms.
 */
export function countRealtimeCall(
  workspace: Workspace,
  limiter: RateLimiter,
  call: { connectionId: string; userId: string | undefined; name: string },
): void {
  const subjects = [
    ['User', call.userId],
    ['Connection', call.connectionId],
    ['User_By_Method', call.userId === undefined ? undefined : `${call.userId} ${call.name}`],
    ['Connection_By_Method', `${call.connectionId} ${call.name}`],
  ] as const;
  for (const [rule, subject] of subjects) {
    const setting = `DDP_Rate_Limit_${rule}`;
    if (subject === undefined || !workspace.settings.get<boolean>(`${setting}_Enabled`)) continue;
    const factor = rule.endsWith('_By_Method') && call.name.startsWith('stream-') ? STREAM_FACTOR : 1;
    const limit = workspace.settings.get<number>(`${setting}_Requests_Allowed`) * factor;
    const windowMs = workspace.settings.get<number>(`${setting}_Interval_Time`) * factor;
    const { allowed, timeToResetMs } = limiter.count(`${rule} ${subject}`, limit, windowMs);
    if (allowed) continue;
    const seconds = Math.ceil(timeToResetMs / 1000);
    throw new MeteorError(
      'too-many-requests',
      `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying again.`,
      { timeToReset: timeToResetMs },
    );
  }
}
