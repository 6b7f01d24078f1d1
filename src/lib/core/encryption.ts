import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { RcfedError } from './errors.ts';
import { Secret } from './secret.ts';

/** A key of 32 bytes, in a form that no log or inspection can print. */
export interface EncryptionKey {
  /** 16 hexadecimal digits derived from the key: tells keys apart, gives nothing of them away. */
  readonly id: string;
  readonly key: KeyObject;
}

/** Where a secret lies. It is bound to that place: copied to another row or column it can't be read. */
export interface SecretPlace {
  readonly table: string;
  readonly row: string | number;
  readonly column: string;
}

const FORMAT = 'v1';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A new random key in the text form that key files hold (base64url, 43 characters). */
export const generateKey = (): Secret => new Secret(randomBytes(KEY_BYTES).toString('base64url'));

/**
 * Reads a key: 32 bytes, or their text in hexadecimal (64 digits) or base64 (both alphabets, with or
 * without padding); white space around it is ignored.
 * @throws RcfedError RCFED_KEY_INVALID
 */
export function encryptionKey(source: Secret | Uint8Array): EncryptionKey {
  const bytes = source instanceof Secret ? decodeKey(source.reveal().trim()) : Buffer.from(source);
  if (bytes.length !== KEY_BYTES) {
    throw new RcfedError('RCFED_KEY_INVALID', 'The store key is not a key of 32 bytes.', {
      why: 'It must be 64 hexadecimal digits or 43 characters of base64.',
    });
  }
  const id = createHmac('sha256', bytes).update('rcfed key id').digest('hex').slice(0, 16);
  return Object.freeze({ id, key: createSecretKey(bytes) });
}

function decodeKey(text: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
}

/** Bound into the tag: JSON keeps the parts apart whatever they hold. */
const additionalData = (place: SecretPlace, keyId: string): Buffer =>
  Buffer.from(JSON.stringify([place.table, String(place.row), place.column, keyId]));

/** AES-256-GCM with a random nonce. Answers `v1.<key id>.<base64url of nonce, ciphertext, tag>`. */
export function encryptSecret(key: EncryptionKey, place: SecretPlace, secret: Secret): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(place, key.id));
  const sealed = Buffer.concat([nonce, cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${FORMAT}.${key.id}.${sealed.toString('base64url')}`;
}

/** Id of the key that a text of {@link encryptSecret} was made with; undefined: not such a text. */
export const keyIdOf = (sealed: string): string | undefined => /^v1\.([0-9a-f]{16})\.[\w-]+$/.exec(sealed)?.[1];

/**
 * The inverse of {@link encryptSecret}.
 * @throws RcfedError RCFED_SECRET_UNREADABLE: another key, another place, or altered
 */
export function decryptSecret(key: EncryptionKey, place: SecretPlace, sealed: string): Secret {
  const where = `${place.table}.${place.column} of ${place.row}`;
  const keyId = keyIdOf(sealed);
  if (keyId !== key.id) {
    const why =
      keyId === undefined ? 'It is not an encrypted value.' : `Its key is ${keyId}, the one given is ${key.id}.`;
    throw new RcfedError('RCFED_SECRET_UNREADABLE', `The secret ${where} cannot be decrypted.`, { why });
  }
  try {
    const bytes = Buffer.from(sealed.slice(FORMAT.length + keyId.length + 2), 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key.key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(additionalData(place, keyId));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return new Secret(text.toString('utf8'));
  } catch (cause) {
    throw new RcfedError('RCFED_SECRET_UNREADABLE', `The secret ${where} cannot be decrypted.`, {
      why: 'It was altered, or moved here from another place.',
      cause,
    });
  }
}
