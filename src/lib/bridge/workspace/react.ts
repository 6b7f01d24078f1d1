import { shortCodeOf } from '../../format/emoji.ts';
import type { ReactionEntry } from '../../store/types.ts';
import type { HomeserverReactionAdded, HomeserverReactionRemoved } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, voiceOf } from './acting.ts';
import { readReactions } from './reactions.ts';

/** The server reads, changes and writes all reactions of a message: one given at the same moment can undo ours. */
const TRIES = 3;

export async function react(work: Work, event: HomeserverReactionAdded): Promise<Outcome> {
  const { parts, portal } = work;
  const { messageId } = event.target;
  const emoji = await emojiFor(work, event.key);
  if (emoji === undefined) return { outcome: 'no such emoji in Rocket.Chat' };
  const voice = await voiceOf(work, event.sender);
  // The bot has one reaction of each kind to a message, however many people it speaks for.
  if (voice.alias !== undefined) return { outcome: 'reactions need a puppet' };
  if ((await parts.workspace.getMessage(messageId)) === undefined) return { outcome: 'gone' };
  const username = (await parts.store.people.byMatrixUser(event.sender))?.username ?? '';
  parts.passed('apply:before-act');
  for (let tries = 1; ; tries += 1) {
    await voice.api.react(messageId, emoji, true);
    const present = await parts.workspace.getMessage(messageId);
    if (present === undefined || tries === TRIES) break;
    if (readReactions(present).get(emoji)?.includes(username) === true) break;
  }
  parts.passed('apply:acted');
  const entry: ReactionEntry = {
    portalId: portal.id,
    messageId,
    emoji,
    eventId: event.eventId,
    origin: 'homeserver',
    matrixUserId: event.sender,
    workspaceUserId: voice.userId,
    username,
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

const TONES = /\p{Emoji_Modifier}/gu;
const JOINER = '\u200d';

/** The emoji by Rocket.Chat's name; else without its skin tone; else the first of those that it is joined of. */
async function emojiFor({ parts }: Work, key: string): Promise<string | undefined> {
  for (const each of [key, key.replaceAll(TONES, ''), key.split(JOINER)[0] ?? '']) {
    const code = shortCodeOf(each);
    if (code !== undefined) return `:${code}:`;
  }
  const name = /^:([\w+-]{1,100}):$/.exec(key)?.[1];
  if (name === undefined) return undefined;
  const custom = await parts.workspace.customEmoji();
  const known = custom.some((each) => each.name === name || each.aliases.includes(name));
  return known ? `:${name}:` : undefined;
}
