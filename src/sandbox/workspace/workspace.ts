import type { Clock } from '../../lib/core/clock.ts';
import { type AccountBook, createAccountBook } from './account-book.ts';
import { type Bus, createBus } from './bus.ts';
import { type Dialect, dialectFor } from './dialects.ts';
import type { MessageDocument } from './documents.ts';
import { createEmojiBook, type EmojiBook } from './emoji-book.ts';
import { createFaults, type Faults } from './faults.ts';
import type { WebhookDocument } from './webhooks.ts';
import { createMessageStore, type MessageStore } from './message-store.ts';
import { createPermissions, type Permissions } from './permissions.ts';
import { createRoomBook, type RoomBook } from './room-book.ts';
import { createSettings, type Settings } from './settings.ts';
import { createUploads, type Uploads } from './uploads.ts';

/**
 * An App's say on a message about to be stored: `undefined` lets it pass, `'prevent'` refuses it
 * (`error-app-prevented-sending`), a document is stored instead of it (same `_id`, `rid` and `u`).
 */
export type AppHook = (message: Readonly<MessageDocument>) => undefined | 'prevent' | MessageDocument;

/** Everything a workspace remembers. What a restart loses is kept elsewhere: sessions, limiters, timers. */
export interface Workspace {
  readonly clock: Clock;
  readonly dialect: Dialect;
  readonly settings: Settings;
  readonly permissions: Permissions;
  readonly accounts: AccountBook;
  readonly rooms: RoomBook;
  readonly messages: MessageStore;
  readonly uploads: Uploads;
  /** Pictures that rooms were given, by room id. */
  readonly roomAvatars: Map<string, { readonly bytes: Buffer; readonly contentType: string }>;
  readonly emoji: EmojiBook;
  /** Outgoing integrations, by id. */
  readonly webhooks: Map<string, WebhookDocument>;
  readonly bus: Bus;
  readonly faults: Faults;
  /** Installed Apps' hooks before a message is stored. */
  readonly apps: Set<AppHook>;
  /** `CREATE_TOKENS_FOR_USERS=true` and `CREATE_TOKENS_FOR_USERS_SECRET` of the server's environment. */
  readonly createTokens: { enabled: boolean; secret: string | undefined };
  /** Modules of the licence, `message-read-receipt` for one; none on Community. */
  readonly licence: Set<string>;
  /** What its own federation finds, asked by `federation/*`. */
  readonly federation: OwnFederation;
  /** Seats of the licence; users.create and activation are refused beyond them. `undefined`: no limit. */
  seats: number | undefined;
  /** Aborts what runs late (previews, delayed events) when the server stops or restarts. */
  lifetime: AbortController;
  /** The time as `_updatedAt` gets it: coarser than a millisecond when the faults ask for ties. */
  stamp(): Date;
}

interface OwnFederation {
  /** `VERIFIED`, `UNVERIFIED`, by Matrix id; of others it says that it could not ask. */
  readonly verified: Map<string, string>;
  verdict: Readonly<Record<'appservice' | 'externalReachability', { readonly ok: boolean; readonly error?: string }>>;
}

export interface WorkspaceSetup {
  version: string;
  clock: Clock;
  settings: Readonly<Record<string, unknown>>;
  forcedSettings?: Readonly<Record<string, unknown>> | undefined;
  createTokensSecret?: string | undefined;
}

export function createWorkspace(setup: WorkspaceSetup): Workspace {
  const faults = createFaults();
  const dialect = dialectFor(setup.version);
  return {
    clock: setup.clock,
    dialect,
    settings: createSettings({ overrides: setup.settings, forced: setup.forcedSettings, dialect }),
    permissions: createPermissions(dialect),
    accounts: createAccountBook(),
    rooms: createRoomBook(),
    messages: createMessageStore(),
    uploads: createUploads(),
    roomAvatars: new Map(),
    emoji: createEmojiBook(),
    webhooks: new Map(),
    bus: createBus(),
    faults,
    apps: new Set(),
    createTokens: { enabled: setup.createTokensSecret !== undefined, secret: setup.createTokensSecret },
    licence: new Set(),
    federation: {
      verified: new Map(),
      verdict: { appservice: { ok: true }, externalReachability: { ok: true } },
    },
    seats: undefined,
    lifetime: new AbortController(),
    stamp() {
      const now = setup.clock.now();
      return new Date(now - (now % faults.delivery.updatedAtStepMs));
    },
  };
}

/**
 * Runs `action` after `ms` unless the server stops before. For things the real server does in its own
 * time: url previews, events that arrive late.
 */
export function later(workspace: Workspace, ms: number, action: () => void): void {
  const { signal } = workspace.lifetime;
  workspace.clock.sleep(ms, signal).then(
    () => {
      if (!signal.aborted) action();
    },
    // Stopped: what was only in memory is lost, as on the real server.
    () => undefined,
  );
}
