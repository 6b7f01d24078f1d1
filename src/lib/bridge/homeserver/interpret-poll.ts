import type { EventId } from '../../core/ids.ts';
import type { PollEntry } from '../../store/ledger-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverEvent, SettledWith } from '../events.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import type { Poll } from './content-poll.ts';
import { type MatrixContent, readContent } from './content.ts';
import { type MatrixEvent, editTarget } from './event.ts';
import { countPoll, pollText } from './poll-tally.ts';
import { relationOf } from './relations.ts';
import { mayRedact } from './room-power.ts';
import { contentOf, plainText, postedBy, textAlone } from './said.ts';

export type PollContent = Extract<MatrixContent, { kind: 'poll.start' | 'poll.response' | 'poll.end' }>;

/** undefined: the event has nothing to do with polls, or is malformed. */
export function readPollContent(event: MatrixEvent): PollContent | undefined {
  const content = readContent(event.type, contentOf(event));
  return content.kind === 'poll.start' || content.kind === 'poll.response' || content.kind === 'poll.end'
    ? content
    : undefined;
}

/** What an event of a poll comes to: a message for the poll, an edit of that message for all else. */
export async function interpretPoll(
  parts: BridgeParts,
  portal: Portal,
  event: MatrixEvent,
  content: PollContent,
): Promise<HomeserverEvent | Nothing> {
  if (content.kind === 'poll.start') {
    const original = editTarget(event);
    return original === undefined
      ? interpretStart(portal, event, content)
      : interpretEdit(parts, portal, event, original, content);
  }
  const entries = await parts.store.polls.of(content.pollId);
  if (entries.length === 0) return ofUnknown(parts, event, content);
  if (content.kind === 'poll.end') return interpretEnd(parts, portal, event, entries);
  const vote = entryOf(portal, event, content.pollId, 'vote', JSON.stringify(content.answerIds));
  const state = countPoll(entries);
  if (state?.endedAt !== undefined && event.at > state.endedAt) return nothing('vote after the end of the poll');
  return counted(entries, event, { pollEntries: [vote] });
}

function interpretStart(portal: Portal, event: MatrixEvent, poll: Poll): HomeserverEvent | Nothing {
  const start = entryOf(portal, event, event.id, 'start', definitionOf(poll));
  const state = countPoll([start]);
  if (state === undefined) return nothing('malformed');
  return { ...postedBy(event, textAlone(pollText(state)), relationOf(event)), settledWith: { pollEntries: [start] } };
}

async function interpretEdit(
  parts: BridgeParts,
  portal: Portal,
  event: MatrixEvent,
  pollId: EventId,
  poll: Poll,
): Promise<HomeserverEvent | Nothing> {
  const entries = await parts.store.polls.of(pollId);
  const sender = entries.find(({ kind }) => kind === 'start')?.sender;
  if (sender === undefined) return ofUnknown(parts, event, { pollId });
  if (sender !== event.sender) return nothing('invalid edit');
  const edit = entryOf(portal, event, pollId, 'edit', definitionOf(poll));
  return shown(parts, withOne(entries, edit), { pollEntries: [edit] });
}

/** MSC3381: by who asked, or by those who may redact. */
async function interpretEnd(
  parts: BridgeParts,
  portal: Portal,
  event: MatrixEvent,
  entries: readonly PollEntry[],
): Promise<HomeserverEvent | Nothing> {
  const [first] = entries;
  const state = countPoll(entries);
  if (state === undefined || first === undefined) return nothing('of an unknown poll');
  const mayEnd = event.sender === state.sender || (await mayRedact(parts, event.roomId, event.sender));
  if (!mayEnd) return nothing('not allowed to end the poll');
  const end = entryOf(portal, event, first.pollId, 'end', '');
  return shown(parts, withOne(entries, end), { pollEntries: [end] });
}

/** With a poll that is set aside it waits. One from before the link is not counted; how it ends is told in words. */
async function ofUnknown(
  parts: BridgeParts,
  event: MatrixEvent,
  { pollId, kind, body }: { pollId: EventId; kind?: PollContent['kind']; body?: string | undefined },
): Promise<HomeserverEvent | Nothing> {
  const original = await parts.store.inbox.byKey('homeserver', pollId);
  if (original?.state === 'aside') return nothing('folded', { foldInto: original.id });
  const isGone = original !== undefined || (await parts.store.ledger.isGone('homeserver', pollId));
  if (isGone || kind !== 'poll.end' || body === undefined) return nothing('of an unknown poll');
  return postedBy(event, textAlone(plainText(body)), { replyTo: pollId, threadRoot: undefined });
}

/** The poll's message says by now what was counted. */
export async function interpretTally(parts: BridgeParts, pollId: EventId): Promise<HomeserverEvent | Nothing> {
  return shown(parts, await parts.store.polls.of(pollId), {});
}

/** A vote, an edit or the end of a poll was redacted: it never was. */
export async function interpretPollRedaction(
  parts: BridgeParts,
  redaction: MatrixEvent,
  redacted: PollEntry,
): Promise<HomeserverEvent | Nothing> {
  const { pollId, eventId } = redacted;
  const entries = (await parts.store.polls.of(pollId)).filter((entry) => entry.eventId !== eventId);
  const settled: SettledWith = { redacted: [eventId], tombstones: [{ side: 'homeserver', target: eventId }] };
  return redacted.kind === 'vote' ? counted(entries, redaction, settled) : shown(parts, entries, settled);
}

/** What a vote changes is shown a little later, with that of others; of a secret poll not before its end. */
function counted(
  entries: readonly PollEntry[],
  { sender }: Pick<MatrixEvent, 'sender'>,
  settledWith: SettledWith,
): HomeserverEvent | Nothing {
  const state = countPoll(entries);
  if (state === undefined || (!state.poll.disclosed && state.endedAt === undefined)) {
    return nothing('counted', settledWith);
  }
  return { kind: 'poll.counted', origin: 'homeserver', sender, pollId: state.pollId, settledWith };
}

async function shown(
  parts: BridgeParts,
  entries: readonly PollEntry[],
  settledWith: SettledWith,
): Promise<HomeserverEvent | Nothing> {
  const state = countPoll(entries);
  if (state === undefined) return nothing('of an unknown poll', settledWith);
  const target = await parts.store.ledger.byEvent(state.pollId);
  const snapshot = target === undefined ? undefined : await parts.store.ledger.snapshot(target.messageId);
  if (target === undefined || target.redacted || snapshot?.deleted === true) return nothing('gone', settledWith);
  return {
    kind: 'message.edited',
    origin: 'homeserver',
    edit: undefined,
    sender: state.sender,
    text: pollText(state),
    target,
    snapshot,
    redactedEdit: undefined,
    settledWith,
  };
}

function entryOf(
  portal: Portal,
  event: MatrixEvent,
  pollId: EventId,
  kind: PollEntry['kind'],
  content: string,
): PollEntry {
  return { portalId: portal.id, pollId, eventId: event.id, kind, sender: event.sender, ts: event.at, content };
}

const definitionOf = ({ question, answers, mostChoices, disclosed }: Poll): string =>
  JSON.stringify({ question, answers, mostChoices, disclosed } satisfies Poll);

/** In the store's order. */
const withOne = (entries: readonly PollEntry[], one: PollEntry): readonly PollEntry[] =>
  [...entries.filter(({ eventId }) => eventId !== one.eventId), one].toSorted((a, b) =>
    a.ts === b.ts ? (a.eventId < b.eventId ? -1 : 1) : a.ts - b.ts,
  );
