import type { Selectable } from 'kysely';
import { decryptSecret, encryptSecret } from '../core/encryption.ts';
import { RcfedError } from '../core/errors.ts';
import type { MatrixUserId, WorkspaceUserId } from '../core/ids.ts';
import type { Secret } from '../core/secret.ts';
import type { Executor, PersonTable, StoreDatabase } from './schema.ts';
import { personPlace, type SecretColumn } from './secrets.ts';
import { inTransaction } from './transaction.ts';
import type { NewPerson, People, Person, Profile } from './people-types.ts';

export function peopleOf(database: StoreDatabase): People {
  const { kysely } = database;
  const one = (row: Selectable<PersonTable> | undefined): Person | undefined => row && person(database, row);
  const all = kysely.selectFrom('people').selectAll();
  return {
    byMatrixUser: async (id) => one(await all.where('matrix_user_id', '=', id).executeTakeFirst()),
    byWorkspaceUser: async (id) => one(await all.where('workspace_user_id', '=', id).executeTakeFirst()),
    async byUsername(kind, username) {
      // A ghost of a renamed person may still bear the name; the newest is who has it now.
      const query = all.where('kind', '=', kind).where('username', '=', username).orderBy('id', 'desc').limit(1);
      return one(await query.executeTakeFirst());
    },
    profiles: async (kind) => (await all.where('kind', '=', kind).orderBy('id').execute()).map(profile),
    async membersNamed(portalId, kind, displayName) {
      const query = all
        .innerJoin('members', 'members.person_id', 'people.id')
        .where('members.portal_id', '=', portalId)
        .where('kind', '=', kind)
        .where('display_name', '=', displayName)
        .limit(2);
      return (await query.execute()).map(profile);
    },
    async members(portalId, kind) {
      const query = all
        .innerJoin('members', 'members.person_id', 'people.id')
        .where('members.portal_id', '=', portalId)
        .where('kind', '=', kind)
        .orderBy('people.id');
      return (await query.execute()).map(profile);
    },
    add: (wanted) => inTransaction(database, (on) => add(database, on, wanted)),
    update: (id, change) => inTransaction(database, (on) => update(database, on, id, change)),
    ...membership(database),
    async count() {
      const rows = await kysely
        .selectFrom('people')
        .select(['kind', (eb) => eb.fn.countAll<number>().as('count')])
        .groupBy('kind')
        .execute();
      const of = (kind: Person['kind']): number => rows.find((row) => row.kind === kind)?.count ?? 0;
      return { ghosts: of('ghost'), puppets: of('puppet') };
    },
  };
}

function profile(row: Selectable<PersonTable>): Profile {
  return {
    id: row.id,
    kind: row.kind as Person['kind'],
    matrixUserId: row.matrix_user_id as MatrixUserId,
    workspaceUserId: (row.workspace_user_id ?? undefined) as WorkspaceUserId | undefined,
    username: row.username,
    displayName: row.display_name,
    avatar: row.avatar ?? undefined,
    ready: row.ready === 1,
  };
}

function person({ key }: StoreDatabase, row: Selectable<PersonTable>): Person {
  const secret = (column: SecretColumn): Secret | undefined =>
    row[column] === null ? undefined : decryptSecret(key, personPlace(row.id, column), row[column]);
  return { ...profile(row), token: secret('token'), password: secret('password') };
}

/** Secrets are bound to the id of their row, so they are written once that is known. */
async function add(database: StoreDatabase, on: Executor, wanted: NewPerson): Promise<Person> {
  const row = await on
    .insertInto('people')
    .values({
      kind: wanted.kind,
      matrix_user_id: wanted.matrixUserId,
      workspace_user_id: wanted.workspaceUserId ?? null,
      username: wanted.username,
      display_name: wanted.displayName,
      avatar: wanted.avatar ?? null,
      token: null,
      password: null,
      ready: wanted.ready ? 1 : 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw taken(wanted.matrixUserId);
  if (wanted.token === undefined && wanted.password === undefined) return person(database, row);
  return update(database, on, row.id, { token: wanted.token, password: wanted.password });
}

const taken = (id: MatrixUserId): RcfedError =>
  new RcfedError('RCFED_STORE_CONFLICT', `${id} cannot be added to the store.`, {
    why: 'This Matrix user, or its Rocket.Chat user, is there already.',
  });

async function update(database: StoreDatabase, on: Executor, id: number, change: Partial<NewPerson>): Promise<Person> {
  const row = await on
    .updateTable('people')
    .set((eb) => ({ id: eb.ref('id'), ...changedColumns(database, id, change) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw new RcfedError('RCFED_STORE_CONFLICT', `There is no person ${id} in the store.`);
  return person(database, row);
}

/** A key that is there with the value undefined empties its column. */
function changedColumns(
  { key }: StoreDatabase,
  id: number,
  change: Partial<NewPerson>,
): Partial<Selectable<PersonTable>> {
  const sealed = (column: SecretColumn): string | null => {
    const secret = change[column];
    return secret === undefined ? null : encryptSecret(key, personPlace(id, column), secret);
  };
  return {
    ...(change.kind !== undefined && { kind: change.kind }),
    ...(change.matrixUserId !== undefined && { matrix_user_id: change.matrixUserId }),
    ...('workspaceUserId' in change && { workspace_user_id: change.workspaceUserId ?? null }),
    ...(change.username !== undefined && { username: change.username }),
    ...(change.displayName !== undefined && { display_name: change.displayName }),
    ...('avatar' in change && { avatar: change.avatar ?? null }),
    ...('token' in change && { token: sealed('token') }),
    ...('password' in change && { password: sealed('password') }),
    ...(change.ready !== undefined && { ready: change.ready ? 1 : 0 }),
  };
}

function membership({ kysely }: StoreDatabase): Pick<People, 'isMember' | 'setMember'> {
  return {
    async isMember(portalId, personId) {
      const query = kysely
        .selectFrom('members')
        .select('person_id')
        .where('portal_id', '=', portalId)
        .where('person_id', '=', personId);
      return (await query.executeTakeFirst()) !== undefined;
    },
    async setMember(portalId, personId, member) {
      const row = { portal_id: portalId, person_id: personId };
      await (
        member
          ? kysely
              .insertInto('members')
              .values(row)
              .onConflict((conflict) => conflict.doNothing())
          : kysely.deleteFrom('members').where('portal_id', '=', portalId).where('person_id', '=', personId)
      ).execute();
    },
  };
}
