import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from './secret.ts';

/**
 * Compares texts with a secret. Both are hashed first, so that neither the content nor the length of it can be read
 * from the time a comparison takes.
 */
export function sameAs(secret: Secret): (given: string) => boolean {
  const expected = sha256(secret.reveal());
  return (given) => timingSafeEqual(sha256(given), expected);
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
