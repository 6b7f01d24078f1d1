import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import type { Network } from '../network/network.ts';

/** What reaching a bridge, or being one, takes from outside. */
export interface Reach {
  readonly clock: Clock;
  readonly log: Log;
  readonly network: Network;
  /** Of the store: `loadKeyText`. */
  readonly key: Secret;
  readonly redactor: { know(secret: Secret): void };
  readonly platform: NodeJS.Platform;
  /** Longest wait for one answer of a server, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}
