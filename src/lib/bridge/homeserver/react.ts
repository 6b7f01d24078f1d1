import type { EventId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { unicodeOf } from '../../format/emoji.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { LedgerEntry, ReactionEntry } from '../../store/ledger-types.ts';
import type { MessageVersion, ReactionChange, WorkspaceAuthor, WorkspaceReactionsChanged } from '../events.ts';
import { classify } from '../failures.ts';
import type { Outcome } from '../outcome.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace } from '../notices/say.ts';
import { type Work, markerOf, sendOnce, txnOf } from './acting.ts';
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
  const reactions: ReactionEntry[] = [];
  for (const { author, emoji } of added) {
    const given = await give(work, author, { target, emoji, version: event.version });
    if (given === undefined) continue;
    const { id: workspaceUserId, username } = author;
    const common = { portalId: work.portal.id, messageId: event.version.id, emoji, ...given };
    reactions.push({ ...common, origin: 'workspace', workspaceUserId, username });
  }
  const isLost = done.ledger === undefined && work.how.asBot && added.length > 0 && reactions.length === 0;
  return { ...done, ...(isLost ? { outcome: 'reactions need a ghost' } : {}), reactions, unreacted };
}

/**
 * undefined: it is lost, because whoever gave it can't be in that room. Nobody else can give it for them: the bot has
 * one reaction of each kind to a message, however many people it speaks for.
 */
async function give(
  work: Work,
  author: WorkspaceAuthor,
  annotation: Annotation,
): Promise<Pick<ReactionEntry, 'eventId' | 'matrixUserId'> | undefined> {
  const { ghosts, portal } = work;
  const asThemselves = async () => {
    const speaker = await ghosts.inRoom(portal, author);
    const eventId = await annotate(work, speaker, annotation);
    return eventId === undefined ? undefined : { eventId, matrixUserId: speaker.userId };
  };
  if (!work.how.asBot) return asThemselves();
  // Somebody could not, which need not be they.
  const once = await unlessShutOut(asThemselves);
  if (once !== 'shut out') return once;
  await ghosts.distrust(portal, author);
  const again = await unlessShutOut(asThemselves);
  if (again !== 'shut out') return again;
  await tellLost(work);
  return undefined;
}

async function unlessShutOut<T>(act: () => Promise<T>): Promise<T | 'shut out'> {
  try {
    return await act();
  } catch (error) {
    if (classify(error, { asPerson: true }).about !== 'person') throw error;
    return 'shut out';
  }
}

const CAUSE = 'reaction-needs-ghost';
const LOST =
  'Reactions from here can not be shown on Matrix: those who react can not be in that room under their names.';

async function tellLost({ parts, portal, row }: Work): Promise<void> {
  await tellOnce(parts, portal, CAUSE, async () => {
    await sayInWorkspace(parts, portal, CAUSE, LOST);
    parts.log('warn', 'notice.reaction', { portal: portal.name, cause: CAUSE, ref: row.ref, reason: LOST });
  });
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
  const redact = async (actor: MatrixApi): Promise<void> => {
    const txn = txnOf(work, 'unreact', entry.messageId, entry.eventId, actor.userId);
    parts.passed('apply:before-act');
    await actor.redact(roomId, entry.eventId, txn);
    parts.passed('apply:acted');
  };
  const asThemselves = async () => redact(await work.ghosts.again(portal, entry.matrixUserId));
  if (!work.how.asBot) return asThemselves();
  if ((await unlessShutOut(asThemselves)) !== 'shut out') return;
  try {
    await redact(parts.homeserver);
  } catch (error) {
    // The bot stands in for somebody who may not be there, and may have no power over what they left.
    if (!(error instanceof RemoteError) || error.code !== 'M_FORBIDDEN') throw error;
    parts.log('warn', 'reaction.stays', { portal: portal.name, ref: entry.eventId, reason: error.message });
  }
}
