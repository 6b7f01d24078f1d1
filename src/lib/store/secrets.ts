import { randomBytes } from 'node:crypto';
import { decryptSecret, type EncryptionKey, encryptSecret, type SecretPlace } from '../core/encryption.ts';
import { RcfedError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Executor, StoreDatabase } from './schema.ts';

const EFFECT_KEY_BYTES = 32;
const effectKeyPlace: SecretPlace = { table: 'meta', row: 'effect_key', column: 'value' };

/** The columns of `people` that hold secrets; with `meta.effect_key` these are all that a store has. */
export const secretColumns = ['token', 'password'] as const;
export type SecretColumn = (typeof secretColumns)[number];

export const personPlace = (id: number, column: SecretColumn): SecretPlace => ({ table: 'people', row: id, column });

const readMeta = async (on: Executor, name: string): Promise<string | undefined> => {
  const row = await on.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value;
};

/** Gives a new store its effect key and remembers which key encrypts it; does nothing to an older one. */
export async function initialiseSecrets(on: Executor, key: EncryptionKey): Promise<void> {
  if ((await readMeta(on, 'key_id')) !== undefined) return;
  const effectKey = new Secret(randomBytes(EFFECT_KEY_BYTES).toString('base64url'));
  await on
    .insertInto('meta')
    .values([
      { name: 'key_id', value: key.id },
      { name: 'effect_key', value: encryptSecret(key, effectKeyPlace, effectKey) },
    ])
    .execute();
}

/**
 * Refuses a key that the store was not made with, before anything is written with it.
 * @throws RcfedError RCFED_STORE_WRONG_KEY
 */
export async function checkKey(database: StoreDatabase): Promise<void> {
  const expected = await readMeta(database.kysely, 'key_id');
  if (expected === database.key.id) return;
  throw new RcfedError('RCFED_STORE_WRONG_KEY', `The store ${database.shown} was made with another key.`, {
    why: `It needs the key ${expected ?? '(unknown)'}; the one given is ${database.key.id}.`,
  });
}

/** The 32 bytes that message ids and transaction ids are derived from. */
export async function readEffectKey(database: StoreDatabase): Promise<Uint8Array> {
  const sealed = await readMeta(database.kysely, 'effect_key');
  const key = decryptSecret(database.key, effectKeyPlace, sealed ?? '');
  return Uint8Array.from(Buffer.from(key.reveal(), 'base64url'));
}

/** Encrypts all secrets of a store anew. To be called in a transaction that nobody else writes during. */
export async function reencrypt(on: Executor, from: EncryptionKey, to: EncryptionKey): Promise<void> {
  const again = (place: SecretPlace, sealed: string): string =>
    encryptSecret(to, place, decryptSecret(from, place, sealed));
  const effectKey = await readMeta(on, 'effect_key');
  const setMeta = (name: string, value: string) =>
    on.updateTable('meta').set({ value }).where('name', '=', name).execute();
  await setMeta('effect_key', again(effectKeyPlace, effectKey ?? ''));
  await setMeta('key_id', to.id);
  const people = await on
    .selectFrom('people')
    .select(['id', ...secretColumns])
    .where((eb) => eb.or(secretColumns.map((column) => eb(column, 'is not', null))))
    .execute();
  for (const person of people) {
    const sealed = (column: SecretColumn): string | null =>
      person[column] === null ? null : again(personPlace(person.id, column), person[column]);
    const change = { token: sealed('token'), password: sealed('password') };
    await on.updateTable('people').set(change).where('id', '=', person.id).execute();
  }
}
