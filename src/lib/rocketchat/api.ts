import type { Clock } from '../core/clock.ts';
import { RcfedError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { accountRequests } from './account-requests.ts';
import { fileRequests } from './file-requests.ts';
import { integrationRequests } from './integration-requests.ts';
import { messageRequests } from './message-requests.ts';
import { presenceRequests } from './presence-requests.ts';
import { reactionRequests } from './reaction-requests.ts';
import { adminRequests } from './admin-requests.ts';
import { rightsRequests } from './rights-requests.ts';
import { createRest, type Rest, type RestOptions } from './rest.ts';
import { unexpectedAnswer } from './rest-answer.ts';
import { roomAdminRequests } from './room-admin-requests.ts';
import { roomRequests } from './room-requests.ts';
import type { WorkspaceApi } from './types.ts';
import { userRequests } from './user-requests.ts';
import { capabilitiesOf, type WorkspaceCapabilities } from './versions.ts';

/** What all accounts' requests to one workspace share. */
interface SharedKnowledge {
  /** Called with each version that `info` reads: a workspace may be upgraded while a bridge runs. */
  learn(version: string): void;
  /** Of the last version read; asks the server when none was. */
  capabilities(): Promise<WorkspaceCapabilities>;
  /** Whether `rooms.media` exists, once a 6.x was asked. */
  hasMedia?: boolean;
}

/** What the groups of requests are made from. */
export interface ApiParts {
  readonly rest: Rest;
  readonly shared: SharedKnowledge;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The workspace's REST API as one account, or as nobody (then only `info`, `publicSettings`, `login`
 * and `as` make sense). Nothing is sent before a method is called.
 */
export function createWorkspaceApi(options: RestOptions): WorkspaceApi {
  const { clock, log } = options;
  const rest = createRest(options);
  const shared = sharedKnowledge(options, async () => {
    await accountRequests({ rest, shared, clock, log }).info();
  });
  return apiOver(rest, { shared, clock, log });
}

function apiOver(rest: Rest, common: Omit<ApiParts, 'rest'>): WorkspaceApi {
  const parts = { ...common, rest };
  return {
    credentials: rest.credentials,
    as: (credentials) => apiOver(rest.as(credentials), common),
    ...accountRequests(parts),
    ...adminRequests(parts),
    ...integrationRequests(parts),
    ...messageRequests(parts),
    ...fileRequests(parts),
    ...reactionRequests(parts),
    ...presenceRequests(parts),
    ...rightsRequests(parts),
    ...roomRequests(parts),
    ...roomAdminRequests(parts),
    ...userRequests(parts),
  };
}

function sharedKnowledge({ log }: RestOptions, ask: () => Promise<void>): SharedKnowledge {
  let known: WorkspaceCapabilities | undefined;
  let version: string | undefined;
  return {
    learn(found) {
      if (found === version) return;
      try {
        known = capabilitiesOf(found);
      } catch (error) {
        if (error instanceof RcfedError)
          throw unexpectedAnswer('GET /api/info', `${error.message}: ${error.why ?? ''}`);
        throw error;
      }
      version = found;
      if (known.warning !== undefined) log('warn', 'workspace.version-unknown', { version, warning: known.warning });
    },
    async capabilities() {
      if (!known) await ask();
      if (!known) throw unexpectedAnswer('GET /api/info', 'no version in the answer');
      return known;
    },
  };
}
