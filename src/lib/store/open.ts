import { Kysely } from 'kysely';
import type { Clock } from '../core/clock.ts';
import { encryptionKey } from '../core/encryption.ts';
import type { Secret } from '../core/secret.ts';
import { accessOf } from './access.ts';
import { attemptsOf } from './attempts.ts';
import { cursorsOf } from './cursors.ts';
import { effectsOf } from './effects.ts';
import { groupCommit } from './group-commit.ts';
import { inboxOf } from './inbox.ts';
import { freeLeases, leasesOf } from './leases.ts';
import { ledgerOf } from './ledger.ts';
import { agreedOf } from './agreed.ts';
import { pinsOf } from './pins.ts';
import { pollsOf } from './polls.ts';
import { reactionsOf } from './reactions.ts';
import { lockStore, type StoreLock } from './lock.ts';
import { mediaOf } from './media.ts';
import { migrate } from './migrate.ts';
import { type Migration, migrations as ownMigrations } from './migrations.ts';
import { peopleOf } from './people.ts';
import { personalOf } from './personal.ts';
import { portalsOf } from './portals.ts';
import { quarantineOf } from './quarantine.ts';
import type { Schema, StoreDatabase } from './schema.ts';
import { checkKey, initialiseSecrets, readEffectKey } from './secrets.ts';
import { retryCollisions } from './transaction.ts';
import { statsOf } from './stats.ts';
import type { Store } from './types.ts';
import { parseStoreUrl, type StoreUrl } from './url.ts';

export interface OpenStoreOptions {
  /** A path, `sqlite:PATH`, `postgres://…` or `postgresql://…`. */
  readonly url: string;
  /** 32 bytes, see `encryptionKey`. */
  readonly key: Secret | Uint8Array;
  readonly clock: Clock;
  /** Makes a missing store and brings an older one up to date (default); false refuses both. */
  readonly migrate?: boolean;
  /** Refuses to open a store that a bridge runs on, and keeps bridges away until closed. */
  readonly lock?: boolean;
  /** Only for tests of migrating: what to know instead of the migrations of this version. */
  readonly migrations?: readonly Migration[];
}

/** A store with what its own services (check, key rotation) work on. Others keep to {@link Store}. */
export interface OpenStore extends Store {
  readonly database: StoreDatabase;
}

interface Opened {
  readonly database: StoreDatabase;
  readonly keepCopy: (version: number) => Promise<void>;
}

/**
 * Opens a store, making or migrating it if need be.
 * @throws RcfedError RCFED_STORE_*: locked, wrong key, newer, outdated, missing, unreadable, corrupt,
 *   full, unavailable; RCFED_KEY_INVALID
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenStore> {
  const allowed = options.migrate ?? true;
  const where = await located(parseStoreUrl(options.url), allowed);
  const lockUrl = where.engine === 'sqlite' ? `sqlite:${where.path}` : where.url;
  const lock = options.lock ? await lockStore(lockUrl, options.clock) : undefined;
  let opened: Opened | undefined;
  try {
    opened = await connect(where, options);
    const { database, keepCopy } = opened;
    await migrate(database, {
      migrations: options.migrations ?? ownMigrations,
      allowed,
      keepCopy: async (version) => {
        await checkKey(database);
        await keepCopy(version);
      },
      afterwards: (on) => initialiseSecrets(on, database.key),
    });
    await checkKey(database);
    if (lock !== undefined) await freeLeases(database);
    return assemble(database, await readEffectKey(database), lock);
  } catch (error) {
    await opened?.database.kysely.destroy();
    await lock?.release();
    throw error;
  }
}

async function located(url: StoreUrl, create: boolean): Promise<StoreUrl> {
  if (url.engine === 'postgres') return url;
  const { prepareFile } = await import('./sqlite-file.ts');
  return { ...url, path: prepareFile(url.path, create) };
}

async function connect(where: StoreUrl, options: OpenStoreOptions): Promise<Opened> {
  const base = { clock: options.clock, key: encryptionKey(options.key), shown: where.shown };
  if (where.engine === 'postgres') {
    const { postgresDialect } = await import('./postgres-dialect.ts');
    const kysely = new Kysely<Schema>({ dialect: await postgresDialect(where.url, where.shown) });
    // PostgreSQL's own backups are its administrator's; a migration there is one transaction.
    return {
      database: { ...base, engine: 'postgres', kysely, transact: retryCollisions(kysely) },
      keepCopy: async () => {},
    };
  }
  const [{ openFile, keepCopy }, { sqliteDialect }] = await Promise.all([
    import('./sqlite-file.ts'),
    import('./sqlite-dialect.ts'),
  ]);
  const file = openFile(where.path);
  const kysely = new Kysely<Schema>({ dialect: sqliteDialect(file, where.path) });
  // Before the first statement Kysely has not taken the connection over and would not close it.
  await kysely.connection().execute(async () => {});
  return {
    database: { ...base, engine: 'sqlite', kysely, transact: groupCommit(kysely) },
    keepCopy: async (version) => keepCopy(file, where.path, version),
  };
}

function assemble(database: StoreDatabase, effectKey: Uint8Array, lock: StoreLock | undefined): OpenStore {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await database.kysely.destroy();
    await lock?.release();
  };
  return {
    engine: database.engine,
    database,
    inbox: inboxOf(database),
    attempts: attemptsOf(database),
    ledger: ledgerOf(database),
    reactions: reactionsOf(database),
    pins: pinsOf(database),
    agreed: agreedOf(database),
    polls: pollsOf(database),
    effects: effectsOf(database),
    portals: portalsOf(database),
    people: peopleOf(database),
    personal: personalOf(database),
    media: mediaOf(database),
    quarantine: quarantineOf(database),
    leases: leasesOf(database),
    access: accessOf(database),
    stats: statsOf(database),
    ...cursorsOf(database),
    effectKey,
    close: () => (closed ??= close()),
  };
}
