import { sql } from 'kysely';
import { decryptSecret } from '../core/encryption.ts';
import type { OpenStore } from './open.ts';
import type { Executor, StoreDatabase } from './schema.ts';
import { personPlace, secretColumns } from './secrets.ts';

/** Something wrong with a store. `count`: how many rows, `examples`: at most five of them. */
interface StoreFinding {
  readonly id: string;
  /** broken: data are lost or wrong. odd: harmless, but it should not be. */
  readonly severity: 'broken' | 'odd';
  readonly message: string;
  readonly count: number;
  readonly examples: readonly string[];
}

export interface StoreReport {
  readonly engine: 'sqlite' | 'postgres';
  readonly version: number;
  /** Rows of each table. */
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly StoreFinding[];
}

const EXAMPLES = 5;

const tables = [
  'agreed',
  'attempts',
  'cursors',
  'effects',
  'inbox',
  'leases',
  'ledger',
  'media',
  'members',
  'people',
  'pins',
  'poll_entries',
  'portals',
  'quarantine',
  'reactions',
  'snapshots',
  'tombstones',
] as const;

interface Rule extends Pick<StoreFinding, 'id' | 'severity' | 'message'> {
  /** Selects one column `example`: a row a broken one. */
  readonly broken: string;
}

const rules: readonly Rule[] = [
  {
    id: 'ledger-without-portal',
    severity: 'broken',
    message: 'Paired messages belong to a portal that is not in the store.',
    broken: `select event_id as example from ledger where portal_id not in (select id from portals)`,
  },
  {
    id: 'reaction-without-portal',
    severity: 'broken',
    message: 'Reactions belong to a portal that is not in the store.',
    broken: `select event_id as example from reactions where portal_id not in (select id from portals)`,
  },
  {
    id: 'pin-without-portal',
    severity: 'broken',
    message: 'Pins belong to a portal that is not in the store.',
    broken: `select message_id as example from pins where portal_id not in (select id from portals)`,
  },
  {
    id: 'poll-without-portal',
    severity: 'broken',
    message: 'Polls belong to a portal that is not in the store.',
    broken: `select event_id as example from poll_entries where portal_id not in (select id from portals)`,
  },
  {
    id: 'snapshot-without-portal',
    severity: 'broken',
    message: 'Snapshots of messages belong to a portal that is not in the store.',
    broken: `select message_id as example from snapshots where portal_id not in (select id from portals)`,
  },
  {
    id: 'pending-without-body',
    severity: 'broken',
    message: 'Events that wait have lost their content.',
    broken: `select ref as example from inbox where state <> 'done' and body is null`,
  },
  {
    id: 'aside-without-reason',
    severity: 'broken',
    message: 'Events are set aside without a reason, so no command shows them.',
    broken: `select ref as example from inbox where state = 'aside' and id not in (select inbox_id from quarantine)`,
  },
  {
    id: 'folded-into-nothing',
    severity: 'broken',
    message: 'Events wait for an event that is not set aside, and would wait for ever.',
    broken: `select child.ref as example from inbox child left join inbox parent on parent.id = child.parent
      where child.state = 'folded' and (parent.state is null or parent.state <> 'aside')`,
  },
  {
    id: 'pending-of-closed-portal',
    severity: 'odd',
    message: 'Events wait for rooms that are not linked any more.',
    broken: `select inbox.ref as example from inbox join portals on inbox.lane = 'portal:' || portals.id
      where inbox.state = 'pending' and portals.state = 'closed'`,
  },
  {
    id: 'active-without-room',
    severity: 'broken',
    message: 'Linked rooms have no Matrix room.',
    broken: `select name as example from portals where state = 'active' and matrix_room_id is null`,
  },
  {
    id: 'direct-without-hands',
    severity: 'broken',
    message: 'Direct messages have nobody by whom the bridge could read them.',
    broken: `select name as example from portals where room_type = 'd' and state <> 'closed'
      and (direct_puppet is null or direct_ghost is null)`,
  },
  {
    id: 'done-without-outcome',
    severity: 'odd',
    message: 'Events are settled, but not how.',
    broken: `select ref as example from inbox where state = 'done' and (outcome is null or settled_at is null)`,
  },
  {
    id: 'attempt-without-event',
    severity: 'odd',
    message: 'Tries belong to an event that is not in the store.',
    broken: `select step as example from attempts where inbox_id not in (select id from inbox)`,
  },
];

/**
 * Looks a store over; changes nothing. It reads every table whole, so it takes seconds on a store of
 * millions of rows. On PostgreSQL damaged pages are found only where they are read.
 */
export async function checkStore({ database }: OpenStore): Promise<StoreReport> {
  const on = database.kysely;
  const findings = [...(await integrity(database)), ...(await ruleFindings(on)), ...(await secretFindings(database))];
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const row = await on
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    counts[table] = row.count;
  }
  const { rows } = await sql<{ version: number }>`select max(version) as version from rcfed_schema`.execute(on);
  return { engine: database.engine, version: rows[0]?.version ?? 0, counts, findings };
}

const finding = (of: Pick<StoreFinding, 'id' | 'severity' | 'message'>, examples: readonly string[]): StoreFinding[] =>
  examples.length === 0 ? [] : [{ ...of, count: examples.length, examples: examples.slice(0, EXAMPLES) }];

async function ruleFindings(on: Executor): Promise<StoreFinding[]> {
  const found: StoreFinding[] = [];
  for (const { broken, ...rule } of rules) {
    const { rows } = await sql<{ example: string }>`${sql.raw(broken)}`.execute(on);
    found.push(
      ...finding(
        rule,
        rows.map(({ example }) => example),
      ),
    );
  }
  return found;
}

async function integrity({ engine, kysely }: StoreDatabase): Promise<StoreFinding[]> {
  const damaged = { id: 'damaged', severity: 'broken' as const, message: 'The database is damaged.' };
  if (engine === 'sqlite') {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(kysely);
    return finding(
      damaged,
      rows.map((row) => row.integrity_check).filter((line) => line !== 'ok'),
    );
  }
  const { rows } = await sql<{ name: string }>`select conrelid::regclass || '.' || conname as name from pg_constraint
    where connamespace = current_schema()::regnamespace and not convalidated
    union all select indexrelid::regclass::text from pg_index join pg_class on pg_class.oid = indexrelid
    where relnamespace = current_schema()::regnamespace and not indisvalid`.execute(kysely);
  return finding(
    damaged,
    rows.map(({ name }) => name),
  );
}

/** Secrets that the store's own key can't read: altered, or moved from another row. */
async function secretFindings({ kysely, key }: StoreDatabase): Promise<StoreFinding[]> {
  const people = await kysely
    .selectFrom('people')
    .select(['id', 'username', ...secretColumns])
    .execute();
  const unreadable = people.flatMap((person) =>
    secretColumns
      .filter((column) => {
        try {
          if (person[column] !== null) decryptSecret(key, personPlace(person.id, column), person[column]);
          return false;
        } catch {
          return true;
        }
      })
      .map((column) => `${column} of ${person.username}`),
  );
  return finding({ id: 'unreadable-secret', severity: 'broken', message: 'Secrets cannot be decrypted.' }, unreadable);
}
