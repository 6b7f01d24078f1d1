import type { EventId, MatrixUserId, MessageId, WorkspaceUserId } from '../core/ids.ts';
import type { Side } from '../core/remote-error.ts';
import { prepareQuery } from './prepared-query.ts';
import type { Executor, Schema, StoreDatabase } from './schema.ts';
import type { ReactionEntry, Reactions } from './ledger-types.ts';

type ReactionRow = Schema['reactions'];

export const reactionEntry = (row: ReactionRow): ReactionEntry => ({
  portalId: row.portal_id,
  messageId: row.message_id as MessageId,
  emoji: row.emoji,
  eventId: row.event_id as EventId,
  origin: row.origin as Side,
  matrixUserId: row.matrix_user_id as MatrixUserId,
  workspaceUserId: row.workspace_user_id as WorkspaceUserId,
  username: row.username,
});

export function reactionsOf({ kysely }: StoreDatabase): Reactions {
  const byEvent = prepareQuery<{ eventId: EventId }, ReactionRow>(kysely, (slot) =>
    kysely.selectFrom('reactions').selectAll().where('event_id', '=', slot('eventId')),
  );
  const byMessage = prepareQuery<{ messageId: MessageId }, ReactionRow>(kysely, (slot) =>
    kysely.selectFrom('reactions').selectAll().where('message_id', '=', slot('messageId')),
  );
  return {
    async byEvent(eventId) {
      const [row] = (await byEvent({ eventId })).rows;
      return row && reactionEntry(row);
    },
    byMessage: async (messageId) => (await byMessage({ messageId })).rows.map(reactionEntry),
  };
}

/** The writes that a settle makes in its transaction. One that is there already is written anew. */
export async function writeReactions(
  { added, removed }: { readonly added: readonly ReactionEntry[]; readonly removed: readonly EventId[] },
  on: Executor,
): Promise<void> {
  if (removed.length > 0) await on.deleteFrom('reactions').where('event_id', 'in', removed).execute();
  for (const entry of added) {
    const rest = {
      portal_id: entry.portalId,
      message_id: entry.messageId,
      emoji: entry.emoji,
      origin: entry.origin,
      matrix_user_id: entry.matrixUserId,
      workspace_user_id: entry.workspaceUserId,
      username: entry.username,
    };
    await on
      .insertInto('reactions')
      .values({ event_id: entry.eventId, ...rest })
      .onConflict((conflict) => conflict.column('event_id').doUpdateSet(rest))
      .execute();
  }
}
