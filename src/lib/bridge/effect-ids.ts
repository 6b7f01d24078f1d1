import { createHash, createHmac } from 'node:crypto';
import type { EventId, MatrixUserId, MessageId } from '../core/ids.ts';
import type { PortalId } from '../store/portal-types.ts';

/**
 * Ids that depend only on the effect, so that doing it again is the same as having done it.
 * They are derived from the store's own key: nobody outside can predict or claim one.
 */

/** What one Matrix request brings about. `subject` is what tells two effects of one message apart. */
export interface MatrixEffect {
  readonly portal: PortalId;
  /** Rocket.Chat message id, or what else it was made of. */
  readonly source: string;
  readonly kind: 'post' | 'edit' | 'redact' | 'react' | 'unreact' | 'notice' | 'erase';
  readonly subject: string;
  /** The acting ghost or bot: Synapse remembers a transaction id for all users of an application service alike. */
  readonly actor: MatrixUserId;
}

export function transactionId(effectKey: Uint8Array, effect: MatrixEffect): string {
  const { portal, source, kind, subject, actor } = effect;
  const digest = createHmac('sha256', effectKey).update(JSON.stringify(['txn', portal, source, kind, subject, actor]));
  return `rcfed.${digest.digest('base64url').slice(0, 32)}`;
}

/** Meteor's id alphabet: no characters that look alike. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';
const ID_LENGTH = 17;

/**
 * The Rocket.Chat `_id` of a message made of a Matrix event (or of a notice's cause).
 * `salt` is raised when that id turns out to be somebody else's message.
 */
export function messageIdFor(
  effectKey: Uint8Array,
  portal: PortalId,
  source: EventId | string,
  part: number,
  salt: number,
): MessageId {
  const digest = createHmac('sha256', effectKey).update(JSON.stringify(['message', portal, source, part, salt]));
  let number = BigInt(`0x${digest.digest('hex')}`);
  const base = BigInt(ALPHABET.length);
  let id = '';
  while (id.length < ID_LENGTH) {
    id += ALPHABET[Number(number % base)];
    number /= base;
  }
  return id as MessageId;
}

/** Names this bridge in markers; the same for as long as its store lives. */
export function bridgeIdOf(effectKey: Uint8Array): string {
  return createHmac('sha256', effectKey).update('bridge').digest('base64url').slice(0, 12);
}

/** Short hash of data that is compared, never reversed. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
