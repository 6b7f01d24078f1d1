import type { EventId, MatrixRoomId, MatrixUserId, MessageId, WorkspaceUserId } from '../../core/ids.ts';
import { mentionsContent } from '../../format/lookups.ts';
import { toMatrix } from '../../format/to-matrix.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { InboxRow, LedgerEntry, Portal } from '../../store/types.ts';
import { transactionId } from '../effect-ids.ts';
import type {
  WorkspaceAuthor,
  WorkspaceEvent,
  WorkspaceMessageDeleted,
  WorkspaceMessageEdited,
  WorkspaceMessagePosted,
} from '../events.ts';
import type { Manner, Outcome } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { MARKER } from './event.ts';
import type { Ghosts } from './ghosts.ts';
import { findSent } from './sent.ts';

/** Synapse remembers a transaction id for 24 h; before that is over we look instead of trusting it. */
const TRANSACTION_MEMORY_MS = 20 * 60 * 60 * 1000;

export interface HomeserverSink {
  /** Acts on Matrix. */
  apply(portal: Portal, row: InboxRow, event: WorkspaceEvent, how: Manner): Promise<Outcome>;
}

interface Work {
  readonly parts: BridgeParts;
  readonly ghosts: Ghosts;
  readonly portal: Portal;
  readonly row: InboxRow;
  readonly roomId: MatrixRoomId;
  readonly how: Manner;
}

export function createHomeserverSink(parts: BridgeParts, ghosts: Ghosts): HomeserverSink {
  return {
    apply(portal, row, event, how) {
      if (portal.matrixRoomId === undefined) throw new Error(`portal ${portal.id} has no Matrix room yet`);
      const work: Work = { parts, ghosts, portal, row, roomId: portal.matrixRoomId, how };
      switch (event.kind) {
        case 'message.posted':
          return post(work, event);
        case 'message.edited':
          return edit(work, event);
        case 'message.deleted':
          return redactAll(work, event);
      }
    },
  };
}

async function post(work: Work, event: WorkspaceMessagePosted): Promise<Outcome> {
  const { parts, portal, row } = work;
  const speaker = await speakerFor(work, event.author);
  const { text, mentions } = await toMatrix(marked(row, event.text));
  const content = {
    msgtype: 'm.text',
    ...text,
    'm.mentions': mentionsContent(mentions),
    ...(work.how.asBot ? perMessageProfile(event.author) : {}),
    [MARKER]: markerOf(parts, event.version.id, 0, event.version.updatedAt),
  };
  const txn = txnOf(work, 'post', event.version.id, '0', speaker.userId);
  const at = Math.min(event.at, parts.clock.now());
  const eventId = await sendOnce(work, speaker, txn, content, at);
  return {
    outcome: 'relayed',
    ledger: [entryOf(portal, event.version.id, 'message', eventId, speaker.userId, event.author.id, at)],
    snapshots: [
      {
        messageId: event.version.id,
        portalId: portal.id,
        hash: event.version.hash,
        updatedAt: event.version.updatedAt,
        deleted: false,
        lastEditTs: 0,
      },
    ],
  };
}

/** An edit that waited with its message leaves the mark on it. */
const marked = (row: InboxRow, text: string): string => (row.late ? `[delayed] ${text}` : text);

async function edit(work: Work, event: WorkspaceMessageEdited): Promise<Outcome> {
  const { parts, portal } = work;
  const original = event.pairs.find((pair) => pair.kind === 'message');
  const snapshot = { ...event.snapshot, hash: event.version.hash, updatedAt: event.version.updatedAt };
  if (original === undefined) return { outcome: 'gone', snapshots: [snapshot] };
  const { text, mentions } = await toMatrix(marked(work.row, event.text));
  const marker = markerOf(parts, event.version.id, 0, event.version.updatedAt);
  const subject = `${event.version.updatedAt} ${event.version.hash}`;
  if (original.origin === 'homeserver' || work.how.asBot) {
    // Only its sender may replace a Matrix message: anybody else's change is said in a reply.
    const speaker = await speakerFor(work, event.editor);
    const content = {
      msgtype: 'm.notice',
      ...prefixed(text, `edited by ${event.editor.name}: `),
      'm.mentions': {},
      'm.relates_to': { 'm.in_reply_to': { event_id: original.eventId } },
      [MARKER]: marker,
    };
    const eventId = await sendOnce(
      work,
      speaker,
      txnOf(work, 'edit', event.version.id, subject, speaker.userId),
      content,
      undefined,
    );
    // In the ledger, so that the text goes when the message does.
    const entry = { ...original, kind: 'edit', eventId, origin: 'workspace', matrixUserId: speaker.userId } as const;
    return {
      outcome: 'relayed',
      ledger: [{ ...entry, ts: event.version.updatedAt, redacted: false }],
      snapshots: [snapshot],
    };
  }
  // The newest ts wins in clients, so that of our edits of one message must rise.
  const now = Math.min(event.version.updatedAt, parts.clock.now());
  const ts = Math.max(now, event.snapshot.lastEditTs + 1, original.ts + 1);
  const speaker = await work.ghosts.again(portal, original.matrixUserId);
  const content = {
    msgtype: 'm.text',
    ...prefixed(text, '* '),
    'm.mentions': {},
    'm.new_content': { msgtype: 'm.text', ...text, 'm.mentions': mentionsContent(mentions) },
    'm.relates_to': { rel_type: 'm.replace', event_id: original.eventId },
    [MARKER]: marker,
  };
  const txn = txnOf(work, 'edit', event.version.id, subject, speaker.userId);
  const eventId = await sendOnce(work, speaker, txn, content, ts);
  return {
    outcome: 'relayed',
    ledger: [{ ...original, kind: 'edit', eventId, origin: 'workspace', ts, redacted: false }],
    snapshots: [{ ...snapshot, lastEditTs: ts }],
  };
}

/** Redacts the message and its edits, each by the ghost that sent it, or by the bot where that was a Matrix user. */
async function redactAll(work: Work, event: WorkspaceMessageDeleted): Promise<Outcome> {
  const { parts, portal } = work;
  const ledger: LedgerEntry[] = [];
  const redacted: EventId[] = [];
  for (const pair of event.pairs) {
    if (pair.kind === 'redaction' || pair.redacted) continue;
    const isGhosts = pair.origin === 'workspace' && !work.how.asBot;
    const actor = isGhosts ? await work.ghosts.again(portal, pair.matrixUserId) : parts.homeserver;
    const txn = txnOf(work, 'redact', event.messageId, pair.eventId, actor.userId);
    parts.passed('apply:before-act');
    const redaction = await actor.redact(work.roomId, pair.eventId, txn);
    parts.passed('apply:acted');
    ledger.push({ ...pair, kind: 'redaction', eventId: redaction, origin: 'workspace', portalId: portal.id });
    redacted.push(pair.eventId);
  }
  return {
    outcome: 'relayed',
    ledger,
    redacted,
    snapshots: [{ ...event.snapshot, deleted: true }],
    tombstones: [{ side: 'workspace', target: event.messageId }],
  };
}

/** Sends under a transaction id; one that may be older than the homeserver's memory is looked for first. */
async function sendOnce(
  work: Work,
  speaker: MatrixApi,
  txn: string,
  content: Record<string, unknown>,
  ts: number | undefined,
): Promise<EventId> {
  const { parts, row, roomId } = work;
  if (work.how.mayHaveActed && parts.clock.now() - row.receivedAt > TRANSACTION_MEMORY_MS) {
    const sent = await findSent(speaker, roomId, { txn, marker: content[MARKER], since: row.receivedAt });
    if (sent !== undefined) return sent;
  }
  parts.passed('apply:before-act');
  const eventId = await speaker.sendEvent(roomId, 'm.room.message', txn, content, ts);
  parts.passed('apply:acted');
  return eventId;
}

async function speakerFor(work: Work, author: WorkspaceAuthor): Promise<MatrixApi> {
  return work.how.asBot ? work.parts.homeserver : work.ghosts.inRoom(work.portal, author);
}

function txnOf(
  work: Work,
  kind: 'post' | 'edit' | 'redact',
  source: string,
  subject: string,
  actor: MatrixUserId,
): string {
  return transactionId(work.parts.store.effectKey, { portal: work.portal.id, source, kind, subject, actor });
}

function entryOf(
  portal: Portal,
  messageId: MessageId,
  kind: LedgerEntry['kind'],
  eventId: EventId,
  matrixUserId: MatrixUserId,
  workspaceUserId: WorkspaceUserId,
  ts: number,
): LedgerEntry {
  return {
    portalId: portal.id,
    messageId,
    part: 0,
    kind,
    eventId,
    origin: 'workspace',
    matrixUserId,
    workspaceUserId,
    ts,
    redacted: false,
  };
}

function markerOf(parts: BridgeParts, id: string, part: number, rev: number): Record<string, unknown> {
  return { bridge: parts.identity.bridgeId, workspace: parts.identity.workspaceId, id, part, rev };
}

/** MSC4144: the bot shows somebody else's name for one message. */
const perMessageProfile = (author: WorkspaceAuthor): Record<string, unknown> => ({
  'com.beeper.per_message_profile': { id: author.id, displayname: author.name },
});

interface FormattedText {
  readonly body: string;
  readonly format?: string;
  readonly formatted_body?: string;
}

function prefixed(text: FormattedText, prefix: string): FormattedText {
  const body = `${prefix}${text.body}`;
  return text.formatted_body === undefined
    ? { body }
    : { ...text, body, formatted_body: `${escape(prefix)}${text.formatted_body}` };
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
