import type { MessageId } from '../core/ids.ts';
import type { Executor, StoreDatabase } from './schema.ts';
import type { Pins } from './portal-types.ts';
import type { PinChange } from './settlement-types.ts';

export function pinsOf({ kysely }: StoreDatabase): Pins {
  return {
    async of(portalId) {
      const rows = await kysely.selectFrom('pins').select('message_id').where('portal_id', '=', portalId).execute();
      return new Set(rows.map(({ message_id: id }) => id as MessageId));
    },
  };
}

/** The writes that a settle makes in its transaction. One that is there already stays, one that isn't is gone. */
export async function writePins({ portalId, pinned, unpinned }: PinChange, on: Executor): Promise<void> {
  for (const messageId of unpinned) {
    await on.deleteFrom('pins').where('portal_id', '=', portalId).where('message_id', '=', messageId).execute();
  }
  for (const messageId of pinned) {
    await on
      .insertInto('pins')
      .values({ portal_id: portalId, message_id: messageId })
      .onConflict((conflict) => conflict.columns(['portal_id', 'message_id']).doNothing())
      .execute();
  }
}
