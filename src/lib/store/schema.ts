import type { Generated, Kysely } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { EncryptionKey } from '../core/encryption.ts';

export type Engine = 'sqlite' | 'postgres';

/** Booleans are 0 or 1, times are milliseconds since the epoch, on both engines. */
export type Flag = 0 | 1;

interface InboxTable {
  id: Generated<number>;
  side: string;
  lane: string;
  event_key: string;
  ref: string;
  type: string;
  /** null: the row's id is its place, that is arrival order. */
  place: number | null;
  body: string | null;
  state: string;
  outcome: string | null;
  parent: number | null;
  failures: number;
  late: Flag;
  received_at: number;
  settled_at: number | null;
}

interface AttemptTable {
  id: Generated<number>;
  inbox_id: number;
  step: string;
  started_at: number;
  ended_at: number | null;
  answer: string | null;
  detail: string | null;
}

interface LedgerTable {
  event_id: string;
  portal_id: number;
  message_id: string;
  part: number;
  kind: string;
  origin: string;
  matrix_user_id: string;
  workspace_user_id: string;
  ts: number;
  redacted: Flag;
}

interface ReactionTable {
  event_id: string;
  portal_id: number;
  message_id: string;
  emoji: string;
  origin: string;
  matrix_user_id: string;
  workspace_user_id: string;
  username: string;
}

interface PollEntryTable {
  event_id: string;
  portal_id: number;
  poll_id: string;
  kind: string;
  sender: string;
  ts: number;
  content: string;
}

interface SnapshotTable {
  message_id: string;
  portal_id: number;
  hash: string;
  updated_at: number;
  deleted: Flag;
  last_edit_ts: number;
}

interface TombstoneTable {
  side: string;
  target: string;
  at: number;
}

interface EffectTable {
  id: Generated<number>;
  side: string;
  target: string;
  kind: string;
  value: string;
  at: number;
}

export interface PortalTable {
  id: Generated<number>;
  workspace_room_id: string;
  matrix_room_id: string | null;
  state: string;
  room_type: string;
  name: string;
  alias: string | null;
  retention: Generated<string>;
  created_at: number;
  /** Both or none: Matrix user ids, see `DirectHands`. */
  direct_puppet: string | null;
  direct_ghost: string | null;
}

export interface PersonTable {
  id: Generated<number>;
  kind: string;
  matrix_user_id: string;
  workspace_user_id: string | null;
  username: string;
  display_name: string;
  avatar: string | null;
  /** Encrypted. */
  token: string | null;
  /** Encrypted. */
  password: string | null;
  ready: Flag;
}

interface MediaTable {
  key: string;
  mxc: string;
  created_at: number;
  uploaded: Flag;
}

/** Kept when the row is tried again, so that its sender is told only once. */
interface QuarantineTable {
  inbox_id: number;
  reason: string;
  detail: string;
  at: number;
  told: Flag;
}

interface LeaseTable {
  name: string;
  /** null: released. The row stays, because tokens never fall. */
  owner: string | null;
  token: number;
  /** By the database's clock. */
  expires_at: number;
}

export interface Schema {
  /** One row a migration applied. */
  rcfed_schema: { version: number; applied_at: number };
  /** `key_id`: of the key that secrets are encrypted with. `effect_key`: encrypted. */
  meta: { name: string; value: string };
  inbox: InboxTable;
  attempts: AttemptTable;
  ledger: LedgerTable;
  reactions: ReactionTable;
  pins: { portal_id: number; message_id: string };
  agreed: { portal_id: number; field: string; value: string };
  poll_entries: PollEntryTable;
  snapshots: SnapshotTable;
  tombstones: TombstoneTable;
  effects: EffectTable;
  portals: PortalTable;
  people: PersonTable;
  members: { portal_id: number; person_id: number };
  media: MediaTable;
  quarantine: QuarantineTable;
  cursors: { name: string; value: string };
  leases: LeaseTable;
  access_rules: { kind: string; pattern: string; created_at: number };
}

/** Runs statements: the database itself, or a transaction of it. */
export type Executor = Kysely<Schema>;

/** See `inTransaction`. */
export type Transact = <T>(work: (on: Executor) => Promise<T>) => Promise<T>;

/** What every part of the store is made of. */
export interface StoreDatabase {
  readonly engine: Engine;
  readonly kysely: Executor;
  readonly transact: Transact;
  readonly clock: Clock;
  readonly key: EncryptionKey;
  /** Fit for messages. */
  readonly shown: string;
}
