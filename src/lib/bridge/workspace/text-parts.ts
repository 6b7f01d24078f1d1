import { createHmac } from 'node:crypto';
import type { EventId } from '../../core/ids.ts';
import { splitMarkdown } from '../../format/split-markdown.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { Store } from '../../store/types.ts';
import type { Work } from './acting.ts';

/** What one Matrix message may be cut into: 64 KiB are 33 parts of the 2,000 characters that some servers set. */
const MOST_PARTS = 4_000;

/**
 * What the ledger knows a part by. It has one entry for each event, and the parts of a long message share theirs:
 * later ones add a suffix that no event has and that nobody can make up, since a redaction or an edit may name
 * whatever its sender likes.
 */
export function partKey(effectKey: Uint8Array, eventId: EventId, part: number): EventId {
  if (part === 0) return eventId;
  const digest = createHmac('sha256', effectKey).update(JSON.stringify(['part', eventId, part]));
  return `${eventId}|${part}|${digest.digest('base64url').slice(0, 16)}` as EventId;
}

/** The Matrix event behind an entry, also of a later part. */
export function withItsEvent(entry: LedgerEntry): LedgerEntry {
  if (entry.part === 0 || entry.kind !== 'message') return entry;
  return { ...entry, eventId: entry.eventId.replace(/\|\d+\|[\w-]+$/, '') as EventId };
}

/** The messages that a Matrix event is in Rocket.Chat, in order; those whose part an edit removed are left out. */
export async function partsOf(store: Pick<Store, 'ledger' | 'effectKey'>, eventId: EventId): Promise<LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  for (let part = 0; part < MOST_PARTS; part += 1) {
    const entry = await store.ledger.byEvent(partKey(store.effectKey, eventId, part));
    if (entry === undefined || (part > 0 && entry.redacted)) break;
    found.push(entry);
  }
  return found;
}

/**
 * The text in parts that the workspace takes. The limit that a row was first cut with is kept with it: cut
 * otherwise after a crash, the parts would repeat or lose what lies between the two.
 */
export async function splitFor(work: Work, text: string): Promise<readonly string[]> {
  const { attempts } = work.parts.store;
  const earlier = await attempts.open(work.row.id, 'split');
  const limit = earlier?.detail === undefined ? (await work.settings()).maxTextLength : Number(earlier.detail);
  const texts = splitMarkdown(text, limit);
  if (texts.length > 1 && earlier === undefined) await attempts.begin(work.row.id, 'split', String(limit));
  return texts.length === 0 ? [text] : texts;
}
