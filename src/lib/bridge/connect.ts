import { createAccess } from '../access/access.ts';
import type { Clock } from '../core/clock.ts';
import type { MatrixUserId, ServerName } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import { createMatrixApi } from '../matrix/client.ts';
import type { Registration } from '../matrix/types.ts';
import type { Network } from '../network/network.ts';
import { createWorkspaceApi } from '../rocketchat/api.ts';
import type { RealtimeHandlers, RealtimeSession, WorkspaceApi, WorkspaceCredentials } from '../rocketchat/types.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/types.ts';
import { bridgeIdOf } from './effect-ids.ts';
import { endTerms, type EndChoices } from './ends/end-terms.ts';
import { createCustomEmojiBook } from './emoji/custom-emoji.ts';
import { createFederation } from './federation/federation.ts';
import { createFileTerms } from './files/terms.ts';
import type { BridgeIdentity, BridgeParts, Checkpoint } from './parts.ts';
import { createIsOwnAccount } from './workspace/own-accounts.ts';
import { createReadSettings } from './workspace/settings.ts';

export interface BridgeConfig {
  readonly workspace: { readonly url: string; readonly credentials: WorkspaceCredentials };
  readonly homeserver: {
    readonly url: string;
    readonly serverName: ServerName;
    /** Of a server administrator, for what only they may do. */
    readonly adminToken?: Secret | undefined;
  };
  readonly registration: Pick<Registration, 'id' | 'asToken' | 'senderLocalpart' | 'prefix'>;
  /** As `openStore` takes it. */
  readonly store: string;
  readonly key: Secret | Uint8Array;
  readonly identity: BridgeIdentity['mode'];
  /** In a room with more members in Rocket.Chat, ghosts join when they speak; unset: 200. */
  readonly maxMembers?: number | undefined;
  /** At most so many puppets; unset: a tenth of the seats that the licence leaves, no limit without a licence. */
  readonly puppetSeats?: number | undefined;
  readonly ends?: EndChoices | undefined;
  readonly deadlineMs?: number | undefined;
  /** A `fetch` and an agent that know the proxy and the certificate authority. */
  readonly network?: Pick<Network, 'fetch' | 'webSocketAgent'> | undefined;
}

export interface ConnectOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Only one bridge at a time; RCFED_STORE_LOCKED otherwise. */
  readonly lock: boolean;
  readonly passed?: (checkpoint: Checkpoint) => void;
}

/** Makes a realtime session: of the bot, unless `as` says whose. */
export type OpenRealtime = (handlers: RealtimeHandlers, as?: WorkspaceCredentials) => Promise<RealtimeSession>;

export interface Connected {
  readonly parts: BridgeParts;
  readonly realtime: OpenRealtime;
  close(): Promise<void>;
}

/** Each is a join that the homeserver tells everybody in the room of. */
const MAX_MEMBERS = 200;

/** Name of the cursor that holds the workspace's own id: it must be known while the workspace is down. */
const WORKSPACE_ID = 'workspace-id';

/** Opens the store and makes both clients. Asks the workspace for its id the first time only. */
export async function connectBridge(config: BridgeConfig, options: ConnectOptions): Promise<Connected> {
  const { clock, log } = options;
  const store = await openStore({ url: config.store, key: config.key, clock, lock: options.lock });
  try {
    const fetch = config.network?.fetch;
    const { url, credentials } = config.workspace;
    const workspace = createWorkspaceApi({ url, credentials, clock, log, fetch, deadlineMs: config.deadlineMs });
    const { serverName } = config.homeserver;
    const matrixBot = `@${config.registration.senderLocalpart}:${serverName}` as MatrixUserId;
    const homeserver = await createMatrixApi({
      baseUrl: config.homeserver.url,
      asToken: config.registration.asToken,
      userId: matrixBot,
      serverName,
      clock,
      log,
      ...(fetch === undefined ? {} : { fetch }),
      ...(config.deadlineMs === undefined ? {} : { deadlineMs: config.deadlineMs }),
    });
    const workspaceId = await workspaceIdOf(store, workspace, url);
    const identity: BridgeIdentity = {
      bridgeId: bridgeIdOf(store.effectKey),
      registrationId: config.registration.id,
      workspaceId,
      workspaceBot: credentials.userId,
      matrixBot,
      serverName,
      prefix: config.registration.prefix,
      mode: config.identity,
      puppetEmailDomain: `${serverName.replace(/:\d+$/, '').replace(/[[\]:]/g, '') || 'matrix'}.invalid`,
    };
    const passed = options.passed ?? (() => {});
    const settings = createReadSettings({ workspace, clock, log });
    return {
      parts: {
        store,
        workspace,
        homeserver,
        identity,
        isOwnAccount: createIsOwnAccount(store, credentials.userId),
        settings,
        maxMembers: config.maxMembers ?? MAX_MEMBERS,
        puppetSeats: config.puppetSeats,
        access: await createAccess(store, serverName),
        federation: await createFederation({ store, workspace, clock, log, bot: credentials.userId }),
        files: createFileTerms({ settings, homeserver, clock, log }),
        emoji: createCustomEmojiBook({ store, workspace, homeserver, clock, log }),
        ends: endTerms(config, { clock, log }),
        clock,
        log,
        passed,
      },
      async realtime(handlers, as = credentials) {
        const { createRealtime } = await import('../rocketchat/realtime.ts');
        return createRealtime({
          url,
          credentials: as,
          clock,
          log,
          handlers,
          agent: config.network?.webSocketAgent(url),
        });
      },
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function workspaceIdOf(store: Store, workspace: WorkspaceApi, url: string): Promise<string> {
  const known = await store.cursor(WORKSPACE_ID);
  if (known !== undefined) return known;
  const id = (await workspace.publicSettings(['uniqueID'])).get('uniqueID');
  const workspaceId = typeof id === 'string' && id !== '' ? id : new URL(url).host;
  await store.setCursor(WORKSPACE_ID, workspaceId);
  return workspaceId;
}
