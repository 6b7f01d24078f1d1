import type { Clock } from '../core/clock.ts';
import type { ServerName, WorkspaceUserId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import type { Network } from '../network/network.ts';

/** An ordinary account on each side, and how long to wait. */
export interface SmokeRequest {
  readonly workspace: { readonly url: string; readonly userId: WorkspaceUserId; readonly token: Secret };
  readonly homeserver: { readonly url: string; readonly token: Secret };
  /** Of the ghosts. */
  readonly prefix: string;
  /** Where the ghosts are; undefined: on the homeserver of the Matrix account. */
  readonly serverName: ServerName | undefined;
  /** A linked room instead of a direct message: its name in Rocket.Chat, and an alias or id on Matrix. */
  readonly rooms: { readonly workspace: string; readonly matrix: string } | undefined;
  /** Do not use the direct message of earlier runs again. */
  readonly newRoom: boolean;
  /** A message that takes longer is not in time, ms. */
  readonly timeoutMs: number;
  /** How much longer it is waited for, to tell late from lost, ms. */
  readonly graceMs: number;
}

/** What a run takes from outside. */
export interface SmokeParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly network: Pick<Network, 'fetch' | 'webSocketAgent'>;
  readonly signal: AbortSignal;
}
