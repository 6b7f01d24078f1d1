import { RemoteError } from '../../core/remote-error.ts';
import { unicodeOf } from '../../format/emoji.ts';
import { shortCodesNear } from '../../format/emoji-near.ts';
import type { ReactionEntry } from '../../store/ledger-types.ts';
import { codeInWorkspace } from '../emoji/custom-emoji.ts';
import type { HomeserverReactionAdded, HomeserverReactionRemoved } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, voiceOf } from './acting.ts';
import type { Voice } from './puppets.ts';
import { tellReactionLost } from './reaction-lost.ts';
import { readReactions } from './reactions.ts';

/** The server reads, changes and writes all reactions of a message: one given at the same moment can undo ours. */
const TRIES = 3;

export async function react(work: Work, event: HomeserverReactionAdded): Promise<Outcome> {
  const { parts, portal } = work;
  const { messageId } = event.target;
  const names = await namesFor(work, event);
  if (names.length === 0) return withoutEmoji(work, event);
  const voice = await voiceOf(work, event.sender);
  // The bot has one reaction of each kind to a message, however many people it speaks for.
  if (voice.alias !== undefined) {
    await tellReactionLost(work, event, 'reaction-needs-account');
    return { outcome: 'reactions need a puppet' };
  }
  if ((await parts.workspace.getMessage(messageId)) === undefined) return { outcome: 'gone' };
  const emoji = await firstTaken(work, event, voice, names);
  if (emoji === undefined) return withoutEmoji(work, event);
  const entry: ReactionEntry = {
    portalId: portal.id,
    messageId,
    emoji,
    eventId: event.eventId,
    origin: 'homeserver',
    matrixUserId: event.sender,
    workspaceUserId: voice.userId,
    username: await usernameOf(work, event),
  };
  return { outcome: 'relayed', reactions: [entry] };
}

export async function takeBack(work: Work, { entry }: HomeserverReactionRemoved): Promise<Outcome> {
  const { parts } = work;
  const done: Outcome = {
    outcome: 'relayed',
    unreacted: [entry.eventId],
    tombstones: [{ side: 'homeserver', target: entry.eventId }],
  };
  // Two emoji of Matrix may be one here: the other of them keeps it.
  const others = (await parts.store.reactions.byMessage(entry.messageId)).filter(
    (each) => each.eventId !== entry.eventId && each.matrixUserId === entry.matrixUserId && each.emoji === entry.emoji,
  );
  if (others.length > 0) return done;
  const voice = await voiceOf(work, entry.matrixUserId);
  if (voice.alias !== undefined) return { ...done, outcome: 'reactions need a puppet' };
  parts.passed('apply:before-act');
  await voice.api.react(entry.messageId, entry.emoji, false);
  parts.passed('apply:acted');
  return done;
}

async function withoutEmoji(work: Work, event: HomeserverReactionAdded): Promise<Outcome> {
  await tellReactionLost(work, event, 'reaction-without-emoji');
  return { outcome: 'no such emoji in Rocket.Chat' };
}

/** What Rocket.Chat may call it, the nearest first: the workspace's own emoji, or one of the usual ones. */
async function namesFor({ parts }: Work, { key, shortcode }: HomeserverReactionAdded): Promise<readonly string[]> {
  const isImage = key.startsWith('mxc://');
  const code = /^:([\w.+-]{1,100}):$/.exec(isImage ? (shortcode ?? '') : key)?.[1];
  const own = isImage || code !== undefined ? await codeInWorkspace(parts.emoji, key, code ?? '') : undefined;
  if (own !== undefined) return [`:${own}:`];
  const codes = shortCodesNear(code === undefined ? key : (unicodeOf(code) ?? ''));
  return codes.map((each) => `:${each}:`);
}

/** Which emoji have a name depends on the server's version. undefined: it has none of these. */
async function firstTaken(
  work: Work,
  event: HomeserverReactionAdded,
  voice: Voice,
  names: readonly string[],
): Promise<string | undefined> {
  for (const emoji of names) {
    try {
      await give(work, event, voice, emoji);
      return emoji;
    } catch (error) {
      if (!isUnknownEmoji(error)) throw error;
    }
  }
  return undefined;
}

/** The code is that of every other refusal too: muted people get it as well. */
const isUnknownEmoji = (error: unknown): boolean =>
  error instanceof RemoteError && error.code === 'error-not-allowed' && /emoji/i.test(error.answer ?? '');

async function give(work: Work, event: HomeserverReactionAdded, voice: Voice, emoji: string): Promise<void> {
  const { parts } = work;
  const { messageId } = event.target;
  const username = await usernameOf(work, event);
  parts.passed('apply:before-act');
  for (let tries = 1; ; tries += 1) {
    await voice.api.react(messageId, emoji, true);
    const present = await parts.workspace.getMessage(messageId);
    if (present === undefined || tries === TRIES) break;
    if (readReactions(present).get(emoji)?.includes(username) === true) break;
  }
  parts.passed('apply:acted');
}

const usernameOf = async ({ parts }: Work, { sender }: HomeserverReactionAdded): Promise<string> =>
  (await parts.store.people.byMatrixUser(sender))?.username ?? '';
