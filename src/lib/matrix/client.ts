import { accountRequests } from './account-requests.ts';
import type { Acting } from './acting.ts';
import type { Clock } from '../core/clock.ts';
import { RcfedError } from '../core/errors.ts';
import type { MatrixUserId, ServerName } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import { directFetch } from '../network/direct-fetch.ts';
import { directoryRequests } from './directory-requests.ts';
import { ephemeralRequests } from './ephemeral-requests.ts';
import { eventRequests } from './event-requests.ts';
import { createHomeserverHttp } from './homeserver-http.ts';
import { mediaRequests } from './media-requests.ts';
import { roomAdminRequests } from './room-admin-requests.ts';
import { roomRequests } from './room-requests.ts';
import type { MatrixApi } from './types.ts';

interface CommonOptions {
  /** Where the client-server API is reached: `https://matrix.example.org`. */
  readonly baseUrl: string;
  /** Whose requests these are until `as` is called: the bot, or the owner of the access token. */
  readonly userId: MatrixUserId;
  readonly serverName: ServerName;
  /** Ghost device; see `MatrixApi`. Default `RCFED`. */
  readonly deviceId?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** A `fetch` that knows the proxy and the certificate authority; default: the platform's. */
  readonly fetch?: typeof globalThis.fetch;
  /** For each request, in milliseconds; media get four times as long. Default 30,000. */
  readonly deadlineMs?: number;
}

/** With an `asToken` the client may act as any user of the namespace; with an `accessToken` only as its owner. */
export type MatrixApiOptions = CommonOptions &
  (
    | { readonly asToken: Secret; readonly accessToken?: never }
    | { readonly accessToken: Secret; readonly asToken?: never }
  );

const DEADLINE_MS = 30_000;

/**
 * The client-server API as the bridge uses it, see {@link MatrixApi}. `as(ghost)` costs a few
 * closures: all ghosts share one connection pool and one token.
 */
export async function createMatrixApi(options: MatrixApiOptions): Promise<MatrixApi> {
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const http = await createHomeserverHttp({
    baseUrl: options.baseUrl,
    token: options.asToken ?? options.accessToken,
    clock: options.clock,
    log: options.log,
    fetch: options.fetch ?? directFetch,
    deadlineMs,
  });
  return apiAs({
    userId: options.userId,
    http,
    serverName: options.serverName,
    deviceId: options.deviceId ?? 'RCFED',
    masquerades: options.asToken !== undefined,
    mediaDeadlineMs: deadlineMs * 4,
  });
}

function apiAs(acting: Acting): MatrixApi {
  return {
    userId: acting.userId,
    serverName: acting.serverName,
    as(other) {
      // The homeserver would ignore `user_id` and let the owner of the token speak instead.
      if (other !== acting.userId && !acting.masquerades) {
        throw new RcfedError('RCFED_BUG', `An access token of ${acting.userId} was asked to act as ${other}.`);
      }
      return apiAs({ ...acting, userId: other });
    },
    ...accountRequests(acting),
    ...roomRequests(acting),
    ...roomAdminRequests(acting),
    ...directoryRequests(acting),
    ...eventRequests(acting),
    ...ephemeralRequests(acting),
    ...mediaRequests(acting),
  };
}
