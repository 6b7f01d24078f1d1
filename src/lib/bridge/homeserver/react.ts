import type { EventId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { unicodeOf } from '../../format/emoji.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { LedgerEntry, ReactionEntry } from '../../store/ledger-types.ts';
import type { MessageVersion, ReactionChange, WorkspaceReactionsChanged } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace } from '../notices/say.ts';
import { type Work, markerOf, sendOnce, speakerFor, txnOf } from './acting.ts';
import { MARKER } from './event.ts';
import { findSent } from './sent.ts';

/** Only the reactions of a message have changed: nothing is done before {@link withReactions}. */
export const unchangedBut = ({ snapshot, version }: WorkspaceReactionsChanged): Outcome => ({
  outcome: 'relayed',
  snapshots: [{ ...snapshot, updatedAt: Math.max(snapshot.updatedAt, version.updatedAt) }],
});

interface Reacted {
  readonly version: MessageVersion;
  readonly reactions: ReactionChange;
  readonly pairs?: readonly LedgerEntry[];
}

/** Adds to what was done with a message what people reacted to it with. */
export async function withReactions(work: Work, event: Reacted, done: Outcome): Promise<Outcome> {
  const { added, removed } = event.reactions;
  const target = [...(event.pairs ?? []), ...(done.ledger ?? [])].find(({ kind }) => kind === 'message');
  if (target === undefined || (added.length === 0 && removed.length === 0)) return done;
  // First what is gone: two emoji of Rocket.Chat may be one here, of which a person has but one.
  for (const entry of removed) await takeBack(work, entry);
  const unreacted = removed.map(({ eventId }) => eventId);
  // The bot has one reaction of each kind to a message, however many people it speaks for.
  if (work.how.asBot && added.length > 0) return { ...(await tellLost(work, done)), unreacted };
  const reactions: ReactionEntry[] = [];
  for (const each of added) {
    const speaker = await speakerFor(work, each.author);
    const eventId = await annotate(work, speaker, { target, emoji: each.emoji, version: event.version });
    if (eventId === undefined) continue;
    const { id: workspaceUserId, username } = each.author;
    const common = { portalId: work.portal.id, messageId: event.version.id, emoji: each.emoji, eventId };
    reactions.push({ ...common, origin: 'workspace', matrixUserId: speaker.userId, workspaceUserId, username });
  }
  return { ...done, reactions, unreacted };
}

const CAUSE = 'reaction-needs-ghost';
const LOST =
  'Reactions from here can not be shown on Matrix: those who react can not be in that room under their names.';

async function tellLost({ parts, portal, row }: Work, done: Outcome): Promise<Outcome> {
  await tellOnce(parts, portal, CAUSE, async () => {
    await sayInWorkspace(parts, portal, CAUSE, LOST);
    parts.log('warn', 'notice.reaction', { portal: portal.name, cause: CAUSE, ref: row.ref, reason: LOST });
  });
  return done.ledger === undefined ? { ...done, outcome: 'reactions need a ghost' } : done;
}

interface Annotation {
  readonly target: LedgerEntry;
  readonly emoji: string;
  readonly version: MessageVersion;
}

/** undefined: the same person's equal reaction is there already, and which event it is can't be found. */
async function annotate(
  work: Work,
  speaker: MatrixApi,
  { target, emoji, version }: Annotation,
): Promise<EventId | undefined> {
  const { parts, row, roomId } = work;
  // Given, taken back and given again are three effects: the row tells them apart.
  const txn = txnOf(work, 'react', version.id, `${emoji} ${row.id}`, speaker.userId);
  const marker = markerOf(parts, version.id, 0, version.updatedAt);
  const { key, ...named } = await keyFor(work, emoji);
  const content = {
    'm.relates_to': { rel_type: 'm.annotation', event_id: target.eventId, key },
    ...named,
    [MARKER]: { ...marker, emoji },
  };
  try {
    return await sendOnce(work, speaker, txn, content, undefined, 'm.reaction');
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== 'M_DUPLICATE_ANNOTATION') throw error;
    return findSent(speaker, roomId, { txn, marker: content[MARKER], since: row.receivedAt });
  }
}

/** MSC4027, "shortcode". */
const SHORTCODE_BYTES = 100;

/** The emoji as clients show it: the image of a custom one with its name, else the character, else the name. */
async function keyFor({ parts }: Work, emoji: string): Promise<{ readonly key: string }> {
  const mxc = await parts.emoji.imageOf(emoji.slice(1, -1));
  const unicode = unicodeOf(emoji);
  if (mxc === undefined && unicode !== undefined) return { key: unicode };
  // Some clients read the field by its unstable name only.
  const named = { shortcode: emoji, 'com.beeper.reaction.shortcode': emoji };
  return { key: mxc ?? emoji, ...(Buffer.byteLength(emoji) <= SHORTCODE_BYTES ? named : {}) };
}

async function takeBack(work: Work, entry: ReactionEntry): Promise<void> {
  const { parts, portal, roomId } = work;
  const actor = work.how.asBot ? parts.homeserver : await work.ghosts.again(portal, entry.matrixUserId);
  const txn = txnOf(work, 'unreact', entry.messageId, entry.eventId, actor.userId);
  parts.passed('apply:before-act');
  try {
    await actor.redact(roomId, entry.eventId, txn);
  } catch (error) {
    // The bot stands in for somebody who may not be there, and has no power over what they left.
    if (!work.how.asBot || !(error instanceof RemoteError) || error.code !== 'M_FORBIDDEN') throw error;
    parts.log('warn', 'reaction.stays', { portal: portal.name, ref: entry.eventId, reason: error.message });
  }
  parts.passed('apply:acted');
}
