import { createPublicKey, verify } from 'node:crypto';
import { type CheckContext, subjectOf } from '../context.ts';
import { NameError } from '../probe/probe.ts';
import { type Answered, answersOf, objectOf } from './ask-server.ts';
import { canonicalJson } from './canonical-json.ts';

export const KEYS_PATH = '/_matrix/key/v2/server';

/** The document in which a server publishes its signing keys, as one address gives it. */
export interface ServerKeys extends Answered {
  /** undefined: the answer is no such document. */
  readonly document: Readonly<Record<string, unknown>> | undefined;
  readonly keys: readonly ServerKey[];
}

export interface ServerKey {
  /** `ed25519:a_1234` */
  readonly id: string;
  /** Unpadded base64, as published. */
  readonly key: string;
  /** It is a key of the kind it says. */
  readonly isKey: boolean;
  /** It has signed the document. */
  readonly hasSigned: boolean;
}

/** https://spec.matrix.org/v1.17/server-server-api/#get_matrixkeyv2server */
export function serverKeysOf(context: CheckContext): Promise<readonly ServerKeys[]> {
  const { name } = subjectOf(context);
  return context.once(`keys:${name}`, async () => {
    const answers = await answersOf(context, { path: KEYS_PATH });
    return answers.map((answered) => {
      const document = answered.answer?.status === 200 ? objectOf(answered.answer) : undefined;
      return { ...answered, document, keys: document === undefined ? [] : keysIn(document, name) };
    });
  });
}

/** Whether the name leads to a server that goes by it, whichever way. */
export async function leadsToItself(context: CheckContext): Promise<boolean> {
  const { name } = subjectOf(context);
  try {
    return (await serverKeysOf(context)).some(({ document }) => document?.['server_name'] === name);
  } catch (error) {
    if (error instanceof NameError) return false;
    throw error;
  }
}

function keysIn(document: Readonly<Record<string, unknown>>, name: string): readonly ServerKey[] {
  const { signatures, unsigned: _, ...signed } = document;
  const message = Buffer.from(canonicalJson(signed));
  return Object.entries(objectIn(document['verify_keys'])).map(([id, entry]) => {
    const key = textIn(objectIn(entry)['key']);
    const isKey = /^ed25519:[A-Za-z0-9_]+$/.test(id) && /^[A-Za-z0-9+/]{43}$/.test(key);
    const signature = objectIn(objectIn(signatures)[name])[id];
    return { id, key, isKey, hasSigned: isKey && isSignedBy(key, message, textIn(signature)) };
  });
}

/** Ed25519, RFC 8032. */
function isSignedBy(key: string, message: Uint8Array, signature: string): boolean {
  const x = Buffer.from(key, 'base64').toString('base64url');
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, publicKey, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

export const objectIn = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
