import { sql } from 'kysely';
import type { EventId, MatrixUserId, MessageId, WorkspaceUserId } from '../core/ids.ts';
import type { Side } from '../core/remote-error.ts';
import { type PreparedQuery, prepareQuery } from './prepared-query.ts';
import type { Executor, Flag, StoreDatabase } from './schema.ts';
import type { Tombstone } from './inbox-types.ts';
import type { Ledger, LedgerEntry, Snapshot } from './ledger-types.ts';

interface LedgerRow {
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

interface SnapshotRow {
  message_id: string;
  portal_id: number;
  hash: string;
  updated_at: number;
  deleted: Flag;
  last_edit_ts: number;
}

const flag = (value: boolean): Flag => (value ? 1 : 0);

export const ledgerEntry = (row: LedgerRow): LedgerEntry => ({
  portalId: row.portal_id,
  messageId: row.message_id as MessageId,
  part: row.part,
  kind: row.kind as LedgerEntry['kind'],
  eventId: row.event_id as EventId,
  origin: row.origin as Side,
  matrixUserId: row.matrix_user_id as MatrixUserId,
  workspaceUserId: row.workspace_user_id as WorkspaceUserId,
  ts: row.ts,
  redacted: row.redacted === 1,
});

const ledgerRow = (entry: LedgerEntry): LedgerRow => ({
  event_id: entry.eventId,
  portal_id: entry.portalId,
  message_id: entry.messageId,
  part: entry.part,
  kind: entry.kind,
  origin: entry.origin,
  matrix_user_id: entry.matrixUserId,
  workspace_user_id: entry.workspaceUserId,
  ts: entry.ts,
  redacted: flag(entry.redacted),
});

const snapshotRow = (snapshot: Snapshot): SnapshotRow => ({
  message_id: snapshot.messageId,
  portal_id: snapshot.portalId,
  hash: snapshot.hash,
  updated_at: snapshot.updatedAt,
  deleted: flag(snapshot.deleted),
  last_edit_ts: snapshot.lastEditTs,
});

export function ledgerOf({ kysely }: StoreDatabase): Ledger {
  const byEvent = prepareQuery<{ eventId: EventId }, LedgerRow>(kysely, (slot) =>
    kysely.selectFrom('ledger').selectAll().where('event_id', '=', slot('eventId')),
  );
  const snapshotOf = prepareQuery<{ messageId: MessageId }, SnapshotRow>(kysely, (slot) =>
    kysely.selectFrom('snapshots').selectAll().where('message_id', '=', slot('messageId')),
  );
  const tombstone = prepareQuery<{ side: Side; target: string }, unknown>(kysely, (slot) =>
    kysely.selectFrom('tombstones').select('at').where('side', '=', slot('side')).where('target', '=', slot('target')),
  );
  return {
    async byEvent(eventId) {
      const [row] = (await byEvent({ eventId })).rows;
      return row && ledgerEntry(row);
    },
    async byMessage(messageId) {
      const rows = await kysely
        .selectFrom('ledger')
        .selectAll()
        .where('message_id', '=', messageId)
        .orderBy('part')
        .orderBy('ts')
        .orderBy('event_id')
        .execute();
      // The message's own parts first, then what happened to them.
      const own = rows.filter(({ kind }) => kind === 'message');
      return [...own, ...rows.filter(({ kind }) => kind !== 'message')].map(ledgerEntry);
    },
    async snapshot(messageId) {
      const [row] = (await snapshotOf({ messageId })).rows;
      return (
        row && {
          messageId,
          portalId: row.portal_id,
          hash: row.hash,
          updatedAt: row.updated_at,
          deleted: row.deleted === 1,
          lastEditTs: row.last_edit_ts,
        }
      );
    },
    isGone: async (side, target) => (await tombstone({ side, target })).rows.length > 0,
    async totals() {
      const rows = await kysely
        .selectFrom('ledger')
        .select(['origin', (eb) => eb.fn.countAll<number>().as('count')])
        .where('kind', '=', sql.lit('message'))
        .where('part', '=', sql.lit(0))
        .groupBy('origin')
        .execute();
      const of = (origin: Side): number => rows.find((row) => row.origin === origin)?.count ?? 0;
      return { toMatrix: of('workspace'), toWorkspace: of('homeserver') };
    },
  };
}

/** The writes of the ledger that a settle makes in its transaction. */
export interface LedgerWrites {
  enter(entry: LedgerEntry, on: Executor): Promise<void>;
  redact(eventId: EventId, on: Executor): Promise<void>;
  remember(snapshot: Snapshot, on: Executor): Promise<void>;
  bury(tombstones: readonly Tombstone[], on: Executor): Promise<void>;
}

export function ledgerWrites(database: StoreDatabase): LedgerWrites {
  const { kysely, clock } = database;
  const enter = insertEntry(database);
  const remember = upsertSnapshot(database);
  const redact = prepareQuery<{ eventId: EventId }, unknown>(kysely, (slot) =>
    kysely
      .updateTable('ledger')
      .set({ redacted: sql.lit<Flag>(1) })
      .where('event_id', '=', slot('eventId')),
  );
  return {
    enter: async (entry, on) => void (await enter(ledgerRow(entry), on)),
    redact: async (eventId, on) => void (await redact({ eventId }, on)),
    remember: async (snapshot, on) => void (await remember(snapshotRow(snapshot), on)),
    async bury(tombstones, on) {
      if (tombstones.length === 0) return;
      const rows = tombstones.map(({ side, target }) => ({ side, target, at: clock.now() }));
      await on
        .insertInto('tombstones')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}

/** An entry that is there already is written anew: a row that is applied twice settles the same pair. */
function insertEntry({ kysely }: StoreDatabase): PreparedQuery<LedgerRow, unknown> {
  return prepareQuery(kysely, (slot) => {
    const rest = {
      portal_id: slot('portal_id'),
      message_id: slot('message_id'),
      part: slot('part'),
      kind: slot('kind'),
      origin: slot('origin'),
      matrix_user_id: slot('matrix_user_id'),
      workspace_user_id: slot('workspace_user_id'),
      ts: slot('ts'),
      redacted: slot('redacted'),
    };
    return kysely
      .insertInto('ledger')
      .values({ event_id: slot('event_id'), ...rest })
      .onConflict((conflict) => conflict.column('event_id').doUpdateSet(rest));
  });
}

function upsertSnapshot({ kysely }: StoreDatabase): PreparedQuery<SnapshotRow, unknown> {
  return prepareQuery(kysely, (slot) => {
    const rest = {
      portal_id: slot('portal_id'),
      hash: slot('hash'),
      updated_at: slot('updated_at'),
      deleted: slot('deleted'),
      last_edit_ts: slot('last_edit_ts'),
    };
    return kysely
      .insertInto('snapshots')
      .values({ message_id: slot('message_id'), ...rest })
      .onConflict((conflict) => conflict.column('message_id').doUpdateSet(rest));
  });
}
