import { sql } from 'kysely';
import type { Side } from '../core/remote-error.ts';
import type { StoreDatabase } from './schema.ts';
import type { Stats } from './types.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Each is counted by the database in one pass: nothing of what is counted is loaded. */
export function statsOf({ kysely, engine }: StoreDatabase): Stats {
  const user = sql.ref('matrix_user_id');
  const server =
    engine === 'sqlite'
      ? sql<string>`substr(${user}, instr(${user}, ':') + 1)`
      : sql<string>`substr(${user}, strpos(${user}, ':') + 1)`;
  return {
    async carried() {
      const events = await kysely
        .selectFrom('ledger')
        .select(['kind', 'origin', (eb) => eb.fn.countAll<number>().as('count')])
        .where('part', '=', 0)
        .groupBy(['kind', 'origin'])
        .execute();
      const reactions = await kysely
        .selectFrom('reactions')
        .select(['origin', (eb) => eb.fn.countAll<number>().as('count')])
        .groupBy('origin')
        .execute();
      return [
        ...events.map(({ kind, origin, count }) => ({
          kind: kind as 'message' | 'edit' | 'redaction',
          origin: origin as Side,
          count,
        })),
        ...reactions.map(({ origin, count }) => ({ kind: 'reaction' as const, origin: origin as Side, count })),
      ];
    },
    async messagesByDay(since) {
      const day = sql<number>`${sql.ref('ts')} - ${sql.ref('ts')} % ${sql.lit(DAY_MS)}`;
      const rows = await kysely
        .selectFrom('ledger')
        .select([day.as('day'), 'origin', (eb) => eb.fn.countAll<number>().as('count')])
        .where('kind', '=', 'message')
        .where('part', '=', 0)
        .where('ts', '>=', since)
        .groupBy([day, 'origin'])
        .orderBy(day)
        .execute();
      return rows.map(({ day: at, origin, count }) => ({ day: at, origin: origin as Side, count }));
    },
    async servers() {
      const people = kysely
        .selectFrom('people')
        .select('matrix_user_id')
        .where('kind', '=', 'puppet')
        // Who never got an account spoke through the bot.
        .union(kysely.selectFrom('ledger').select('matrix_user_id').where('origin', '=', 'homeserver'))
        .as('people');
      return kysely
        .selectFrom(people)
        .select([server.as('server'), (eb) => eb.fn.countAll<number>().as('people')])
        .groupBy(server)
        .orderBy('people', 'desc')
        .orderBy(server)
        .execute();
    },
  };
}
