import type { Clock } from '../core/clock.ts';
import { encryptionKey } from '../core/encryption.ts';
import type { Secret } from '../core/secret.ts';
import { openStore } from './open.ts';
import { reencrypt } from './secrets.ts';
import { inTransaction } from './transaction.ts';

export interface RotateKeyOptions {
  readonly url: string;
  readonly key: Secret | Uint8Array;
  readonly newKey: Secret | Uint8Array;
  readonly clock: Clock;
}

/**
 * Encrypts every secret of a store with another key, in one transaction: afterwards only the new key
 * opens it, after a failure only the old one. No bridge may run on the store meanwhile.
 * @throws RcfedError RCFED_STORE_LOCKED, RCFED_STORE_WRONG_KEY, RCFED_KEY_INVALID
 */
export async function rotateKey({ url, key, newKey, clock }: RotateKeyOptions): Promise<void> {
  const to = encryptionKey(newKey);
  const store = await openStore({ url, key, clock, lock: true, migrate: false });
  try {
    await inTransaction(store.database, (on) => reencrypt(on, store.database.key, to));
  } finally {
    await store.close();
  }
}
