import { type Expression, type SqlBool, sql } from 'kysely';
import { ledgerEntry } from './ledger.ts';
import type { PersonalData, Somebody } from './personal-types.ts';
import { pollEntry } from './polls.ts';
import { reactionEntry } from './reactions.ts';
import type { Executor, StoreDatabase } from './schema.ts';
import { inTransaction } from './transaction.ts';
import type { LedgerEntry } from './ledger-types.ts';

/** So many values fit into one statement on both engines. */
const AT_ONCE = 200;

export function personalOf(database: StoreDatabase): PersonalData {
  const { kysely } = database;
  return {
    async portalsOf(personId) {
      const query = kysely.selectFrom('members').select('portal_id').where('person_id', '=', personId);
      return (await query.orderBy('portal_id').execute()).map((row) => row.portal_id);
    },
    async written(who, { after, limit, standing }) {
      let query = theirLedger(kysely, who).selectAll();
      if (after !== undefined) query = query.where('event_id', '>', after);
      if (standing === true) query = query.where('redacted', '=', 0);
      return (await query.orderBy('event_id').limit(limit).execute()).map(ledgerEntry);
    },
    async reactions(who) {
      const query = kysely.selectFrom('reactions').selectAll().where('origin', '=', who.home);
      return (await query.where('matrix_user_id', '=', who.matrixUserId).execute()).map(reactionEntry);
    },
    async polls({ matrixUserId }) {
      const query = kysely.selectFrom('poll_entries').selectAll().where('sender', '=', matrixUserId);
      return (await query.orderBy('ts').orderBy('event_id').execute()).map(pollEntry);
    },
    async totals(who) {
      const query = theirLedger(kysely, who).select(['kind', (eb) => eb.fn.countAll<number>().as('count')]);
      const rows = await query.groupBy('kind').execute();
      const of = (kind: LedgerEntry['kind']): number => rows.find((row) => row.kind === kind)?.count ?? 0;
      return { messages: of('message'), edits: of('edit') };
    },
    async wroteIn(who) {
      const rows = await theirLedger(kysely, who).select('portal_id').distinct().orderBy('portal_id').execute();
      return rows.map((row) => row.portal_id);
    },
    async bodies(who) {
      const query = kysely.selectFrom('inbox').select((eb) => eb.fn.countAll<number>().as('count'));
      return (await query.where('body', 'is not', null).where(names(database, who)).executeTakeFirstOrThrow()).count;
    },
    dropReactions: async (events) => {
      for (const piece of inPieces(events))
        await kysely.deleteFrom('reactions').where('event_id', 'in', piece).execute();
    },
    bury: (entries) => inTransaction(database, (on) => bury(database, on, entries)),
    takeNamesOff: (entries) => inTransaction(database, (on) => takeNamesOff(on, entries)),
    forget: (who) => inTransaction(database, (on) => forget(database, on, who)),
  };
}

function theirLedger(on: Executor, { home, matrixUserId, workspaceUserId }: Somebody) {
  const query = on.selectFrom('ledger').where('origin', '=', home).where('kind', '!=', 'redaction');
  return home === 'homeserver'
    ? query.where('matrix_user_id', '=', matrixUserId)
    : query.where('workspace_user_id', '=', workspaceUserId ?? '');
}

/** Recorded events that somebody sent: as JSON text holds their id, next to what says that it is the sender's. */
function names({ engine }: StoreDatabase, who: Somebody): Expression<SqlBool> {
  const text =
    who.home === 'homeserver'
      ? `"sender":${JSON.stringify(who.matrixUserId)}`
      : `"u":{"_id":${JSON.stringify(who.workspaceUserId ?? '')}`;
  return engine === 'sqlite' ? sql<SqlBool>`instr(body, ${text}) > 0` : sql<SqlBool>`strpos(body, ${text}) > 0`;
}

function* inPieces<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += AT_ONCE) yield all.slice(from, from + AT_ONCE);
}

async function bury({ clock }: StoreDatabase, on: Executor, entries: readonly LedgerEntry[]): Promise<void> {
  for (const piece of inPieces(entries)) {
    const events = piece.map(({ eventId }) => eventId);
    const messages = piece.filter(({ kind }) => kind === 'message').map(({ messageId }) => messageId);
    await on.updateTable('ledger').set({ redacted: 1 }).where('event_id', 'in', events).execute();
    if (messages.length === 0) continue;
    await on.updateTable('snapshots').set({ deleted: 1, hash: '' }).where('message_id', 'in', messages).execute();
    const at = clock.now();
    const targets = [
      ...messages.map((target) => ({ side: 'workspace', target: target as string, at })),
      ...events.map((target) => ({ side: 'homeserver', target: target as string, at })),
    ];
    await on
      .insertInto('tombstones')
      .values(targets)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function takeNamesOff(on: Executor, entries: readonly LedgerEntry[]): Promise<void> {
  for (const piece of inPieces(entries)) {
    await on
      .updateTable('ledger')
      .set({ matrix_user_id: '', workspace_user_id: '' })
      .where(
        'event_id',
        'in',
        piece.map(({ eventId }) => eventId),
      )
      .execute();
  }
}

async function forget(database: StoreDatabase, on: Executor, who: Somebody): Promise<number> {
  const { matrixUserId, workspaceUserId } = who;
  const gone: { numDeletedRows?: bigint; numUpdatedRows?: bigint }[] = [];
  const person = await on
    .selectFrom('people')
    .select('id')
    .where('matrix_user_id', '=', matrixUserId)
    .executeTakeFirst();
  gone.push(
    await on.deleteFrom('reactions').where('matrix_user_id', '=', matrixUserId).executeTakeFirst(),
    await on.deleteFrom('poll_entries').where('sender', '=', matrixUserId).executeTakeFirst(),
    ...(await forgetRows(database, on, who)),
  );
  if (workspaceUserId !== undefined) {
    const pictures = [`avatar:${workspaceUserId}:`, `avatar:${workspaceUserId};`] as const;
    const query = on.deleteFrom('media').where('key', '>=', pictures[0]).where('key', '<', pictures[1]);
    gone.push(await query.executeTakeFirst());
  }
  if (person !== undefined) {
    gone.push(
      await on.deleteFrom('members').where('person_id', '=', person.id).executeTakeFirst(),
      await on.deleteFrom('people').where('id', '=', person.id).executeTakeFirst(),
    );
  }
  return gone.reduce(
    (sum, { numDeletedRows, numUpdatedRows }) => sum + Number(numDeletedRows ?? numUpdatedRows ?? 0),
    0,
  );
}

/** What waits is settled, what was set aside is no longer; the keys stay, or the events would be recorded anew. */
async function forgetRows(database: StoreDatabase, on: Executor, who: Somebody) {
  const theirs = on.selectFrom('inbox').select('id').where('body', 'is not', null).where(names(database, who));
  const ids = (await theirs.execute()).map(({ id }) => id);
  const done: { numUpdatedRows: bigint }[] = [];
  for (const piece of inPieces(ids)) {
    await on.deleteFrom('quarantine').where('inbox_id', 'in', piece).execute();
    await on.deleteFrom('attempts').where('inbox_id', 'in', piece).execute();
    await on
      .updateTable('inbox')
      .set({ state: 'done', outcome: 'erased', settled_at: database.clock.now() })
      .where('id', 'in', piece)
      .where('state', '!=', 'done')
      .execute();
    done.push(await on.updateTable('inbox').set({ body: null }).where('id', 'in', piece).executeTakeFirst());
  }
  return done;
}
