import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { canonicalJson } from '../../src/lib/diagnose/facts/canonical-json.ts';

export interface SigningKey {
  readonly id: string;
  /** Unpadded base64, as it is published. */
  readonly published: string;
  readonly privateKey: KeyObject;
}

export function signingKey(id = 'ed25519:a_test'): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return { id, privateKey, published: unpadded(Buffer.from(x, 'base64url')) };
}

/** A server's document of keys, signed by each; `change` is applied before it is signed. */
export function keyDocument(
  name: string,
  keys: readonly SigningKey[],
  change: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const document = {
    server_name: name,
    valid_until_ts: Date.now() + 24 * 60 * 60 * 1000,
    verify_keys: Object.fromEntries(keys.map(({ id, published }) => [id, { key: published }])),
    old_verify_keys: {},
    ...change,
  };
  const message = Buffer.from(canonicalJson(document));
  const signatures = Object.fromEntries(
    keys.map(({ id, privateKey }) => [id, unpadded(sign(null, message, privateKey))]),
  );
  return { ...document, signatures: { [name]: signatures } };
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
