import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe } from 'vitest';
import type { Clock } from '../../src/lib/core/clock.ts';
import type {
  EventId,
  MatrixRoomId,
  MatrixUserId,
  MessageId,
  WorkspaceRoomId,
  WorkspaceUserId,
} from '../../src/lib/core/ids.ts';
import { openStore, type OpenStore, type OpenStoreOptions } from '../../src/lib/store/open.ts';
import type { NewInboxRow } from '../../src/lib/store/inbox-types.ts';
import type { LedgerEntry, ReactionEntry, PollEntry } from '../../src/lib/store/ledger-types.ts';
import type { NewPerson } from '../../src/lib/store/people-types.ts';
import type { Portal } from '../../src/lib/store/portal-types.ts';
import type { Lease } from '../../src/lib/store/settlement-types.ts';
import { postgresDatabase } from './shared-postgres.ts';

export type EngineName = 'sqlite' | 'postgres';

/** The engines that can be tested here; shared-postgres says loudly when one can't. */
export const engines: readonly EngineName[] =
  (await postgresDatabase()) === undefined ? ['sqlite'] : ['sqlite', 'postgres'];

export const testKey = new Uint8Array(32).fill(7);

/** A clock that moves only when told to. */
interface SetClock extends Clock {
  set(ms: number): void;
}

function setClock(start = 1_000_000): SetClock {
  let at = start;
  return {
    now: () => at,
    set: (ms) => void (at = ms),
    sleep: () => Promise.reject(new Error('Nothing in the store waits by this clock.')),
  };
}

export interface StoreBench {
  readonly engine: EngineName;
  readonly clock: SetClock;
  /** A store of a new, empty database; closed and removed after the test. */
  open(): Promise<OpenStore>;
  /** URL of a new database that is removed after the test. */
  url(): Promise<string>;
  /** Opens a given one; closed after the test. */
  openUrl(url: string, options?: Partial<OpenStoreOptions>): Promise<OpenStore>;
}

/** One suite over both engines. */
export function describeStore(title: string, suite: (bench: StoreBench) => void): void {
  describe.each(engines)(`${title} (%s)`, (engine) => suite(storeBench(engine)));
}

/** To be called inside a `describe`. */
export function storeBench(engine: EngineName): StoreBench {
  const opened: OpenStore[] = [];
  const folders: string[] = [];
  const clock = setClock();
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    clock.set(1_000_000);
  });
  const url = async (): Promise<string> => {
    if (engine === 'postgres') return (await postgresDatabase()) as string;
    const folder = mkdtempSync(join(tmpdir(), 'rcfed-store-'));
    folders.push(folder);
    return join(folder, 'store.db');
  };
  const openUrl = async (at: string, options: Partial<OpenStoreOptions> = {}): Promise<OpenStore> => {
    const store = await openStore({ url: at, key: testKey, clock, ...options });
    opened.push(store);
    return store;
  };
  return { engine, clock, url, openUrl, open: async () => openUrl(await url()) };
}

export const event = (id: string) => `$${id}` as EventId;
export const message = (id: string) => id as MessageId;
export const rid = (id: string) => id as WorkspaceRoomId;
export const room = (id: string) => `!${id}:example.org` as MatrixRoomId;

/** A homeserver event on its way to the workspace, unless `change` says otherwise. */
export const inboxRow = (key: string, change: Partial<NewInboxRow> = {}): NewInboxRow => ({
  side: 'homeserver',
  lane: 'room:a',
  key,
  ref: key,
  type: 'm.room.message',
  body: JSON.stringify({ key }),
  ...change,
});

export const newPortal = (change: Partial<Portal> = {}) => ({
  workspaceRoomId: rid('GENERAL'),
  matrixRoomId: room('general'),
  state: 'active' as const,
  roomType: 'c' as const,
  retention: 'keep' as const,
  name: 'general',
  alias: undefined,
  ...change,
});

export const ledgerEntry = (portalId: number, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  portalId,
  messageId: message('m1'),
  part: 0,
  kind: 'message',
  eventId: event('e1'),
  origin: 'homeserver',
  matrixUserId: '@alice:example.org' as MatrixUserId,
  workspaceUserId: 'u1' as WorkspaceUserId,
  ts: 1,
  redacted: false,
  ...change,
});

export const reactionEntry = (portalId: number, change: Partial<ReactionEntry> = {}): ReactionEntry => ({
  portalId,
  messageId: message('m1'),
  emoji: ':thumbsup:',
  eventId: event('r1'),
  origin: 'workspace',
  matrixUserId: '@rc_bob:example.org' as MatrixUserId,
  workspaceUserId: 'u1' as WorkspaceUserId,
  username: 'bob',
  ...change,
});

export const pollEntry = (portalId: number, change: Partial<PollEntry> = {}): PollEntry => ({
  portalId,
  pollId: event('poll'),
  eventId: event('poll'),
  kind: 'start',
  sender: '@alice:example.org' as MatrixUserId,
  ts: 1,
  content: '{}',
  ...change,
});

export const newPerson = (name: string, change: Partial<NewPerson> = {}): NewPerson => ({
  kind: 'ghost',
  matrixUserId: `@rc_${name}:example.org` as MatrixUserId,
  workspaceUserId: `id-${name}` as WorkspaceUserId,
  username: name,
  displayName: name,
  avatar: undefined,
  token: undefined,
  password: undefined,
  ready: false,
  ...change,
});

export async function takeLease(store: OpenStore, name = 'lane:room:a', owner = 'bridge 1'): Promise<Lease> {
  const lease = await store.leases.acquire(name, owner, 60_000);
  if (lease === undefined) throw new Error(`The lease ${name} is taken.`);
  return lease;
}

/** Records one row and answers its id. */
export async function recordOne(store: OpenStore, key: string, change: Partial<NewInboxRow> = {}): Promise<number> {
  const [row] = await store.inbox.record({ rows: [inboxRow(key, change)] });
  if (row === undefined) throw new Error(`${key} was there already.`);
  return row.id;
}

/** Takes the rows of one side of a lane as the relay does, until none is left; answers their keys. */
export async function drain(
  store: OpenStore,
  lane: string,
  side: NewInboxRow['side'] = 'homeserver',
): Promise<string[]> {
  const lease = await takeLease(store, `lane:${lane}`);
  const keys: string[] = [];
  for (let head = await store.inbox.head(lane, side); head !== undefined; head = await store.inbox.head(lane, side)) {
    await store.inbox.settle({ inboxId: head.id, lease, outcome: 'relayed' });
    keys.push(head.key);
  }
  return keys;
}
