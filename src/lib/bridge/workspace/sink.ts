import type { MessageId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { toWorkspace } from '../../format/to-workspace.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { ExpectedEffect, InboxRow, LedgerEntry, Portal, Snapshot } from '../../store/types.ts';
import { messageIdFor } from '../effect-ids.ts';
import type {
  HomeserverEvent,
  HomeserverMessageDeleted,
  HomeserverMessageEdited,
  HomeserverMessagePosted,
} from '../events.ts';
import { editEntry } from '../homeserver/interpret.ts';
import type { Manner, Outcome } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { type WorkspaceMessage, isDeleted, readMessage, textHash } from './message.ts';
import type { Puppets, Voice } from './puppets.ts';

/** How many ids are tried when each turns out to be somebody else's message. */
const SALTS = 4;
/** Our clock and the workspace's may differ by so much when a deletion is looked for. */
const CLOCK_MARGIN_MS = 10 * 60 * 1000;

export interface WorkspaceSink {
  /** Acts in Rocket.Chat. */
  apply(portal: Portal, row: InboxRow, event: HomeserverEvent, how: Manner): Promise<Outcome>;
}

interface Work {
  readonly parts: BridgeParts;
  readonly puppets: Puppets;
  readonly portal: Portal;
  readonly row: InboxRow;
  readonly how: Manner;
}

export function createWorkspaceSink(parts: BridgeParts, puppets: Puppets): WorkspaceSink {
  return {
    apply(portal, row, event, how) {
      const work: Work = { parts, puppets, portal, row, how };
      switch (event.kind) {
        case 'message.posted':
          return post(work, event);
        case 'message.edited':
          return edit(work, event);
        case 'message.deleted':
          return remove(work, event);
      }
    },
  };
}

async function post(work: Work, event: HomeserverMessagePosted): Promise<Outcome> {
  const { parts, portal } = work;
  const voice = await voiceOf(work, event.sender);
  const text = await textOf(work, event);
  if (text.trim() === '') return { outcome: 'empty' };
  for (let salt = 0; salt < SALTS; salt += 1) {
    const id = messageIdFor(parts.store.effectKey, portal.id, event.eventId, 0, salt);
    const entry: LedgerEntry = {
      portalId: portal.id,
      messageId: id,
      part: 0,
      kind: 'message',
      eventId: event.eventId,
      origin: 'homeserver',
      matrixUserId: event.sender,
      workspaceUserId: voice.userId,
      ts: event.at,
      redacted: false,
    };
    // It was sent, and deleted in Rocket.Chat, before we could settle it: sending again would bring it back.
    if (await parts.store.ledger.isGone('workspace', id)) return redactDeleted(work, entry);
    const message = await sendOnce(work, voice, id, text);
    if (message === 'taken') continue;
    if (message === 'deleted') return redactDeleted(work, entry);
    return {
      outcome: 'relayed',
      ledger: [entry],
      // What was sent, not what is there now: a change made meanwhile is told by the next version.
      snapshots: [snapshotOf(portal, id, textHash(message.text), message.updatedAt)],
    };
  }
  throw new Error(`no free message id for ${event.eventId}`);
}

async function textOf(work: Work, event: HomeserverMessagePosted): Promise<string> {
  const text = await toWorkspace(event.text);
  return marked(work, event.editOfUnknown ? `(edited) ${text}` : text);
}

/** An edit that waited with its message leaves the mark on it. */
const marked = ({ row }: Work, text: string): string => (row.late ? `[delayed] ${text}` : text);

/**
 * Sends under an id of our own. A failure says nothing about whether it acted, so the message is asked
 * for; only one in our room by our account counts as ours.
 */
async function sendOnce(
  work: Work,
  voice: Voice,
  id: MessageId,
  text: string,
): Promise<WorkspaceMessage | 'taken' | 'deleted'> {
  const { parts, portal, row } = work;
  const message = {
    id,
    roomId: portal.workspaceRoomId,
    text,
    ...(voice.alias === undefined ? {} : { alias: voice.alias }),
  };
  if (work.how.mayHaveActed) {
    const found = await findSent(work, voice, id);
    if (found !== undefined) return found;
    const deleted = await parts.workspace.deletedMessages(portal.workspaceRoomId, row.receivedAt - CLOCK_MARGIN_MS);
    if (deleted.includes(id)) return 'deleted';
  }
  parts.passed('apply:before-act');
  let answer: RawMessage;
  try {
    answer = await voice.api.sendMessage(message);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const found = await findSent(work, voice, id);
    if (found !== undefined) return found;
    throw error;
  }
  parts.passed('apply:acted');
  return readMessage(answer) ?? { ...unread(voice, id, portal, text), updatedAt: 0 };
}

/** A server that answers a send without the document: what we asked for is what there is. */
function unread(voice: Voice, id: MessageId, portal: Portal, text: string): WorkspaceMessage {
  const author = { id: voice.userId, username: '', name: '' };
  const none = { editedAt: undefined, editor: undefined, systemType: undefined };
  return { id, roomId: portal.workspaceRoomId, text, author, at: 0, updatedAt: 0, ...none };
}

async function findSent(work: Work, voice: Voice, id: MessageId): Promise<WorkspaceMessage | 'taken' | undefined> {
  const raw = await work.parts.workspace.getMessage(id);
  if (raw === undefined) return undefined;
  const found = readMessage(raw);
  if (found === undefined || found.roomId !== work.portal.workspaceRoomId || found.author.id !== voice.userId)
    return 'taken';
  return found;
}

async function redactDeleted(work: Work, entry: LedgerEntry): Promise<Outcome> {
  const { parts, portal } = work;
  if (portal.matrixRoomId !== undefined) {
    await parts.homeserver.redact(portal.matrixRoomId, entry.eventId, `rcfed.gone.${entry.messageId}`);
  }
  return {
    outcome: 'gone',
    ledger: [{ ...entry, redacted: true }],
    snapshots: [{ ...snapshotOf(portal, entry.messageId, '', 0), deleted: true }],
    tombstones: [{ side: 'workspace', target: entry.messageId }],
  };
}

async function edit(work: Work, event: HomeserverMessageEdited): Promise<Outcome> {
  const { parts, portal } = work;
  const { messageId } = event.target;
  const text = marked(work, await toWorkspace(event.text));
  const hash = textHash(text);
  const ledger =
    event.edit === undefined ? [] : [editEntry(event.target, { id: event.edit.eventId, at: event.edit.at })];
  const redacted = event.redactedEdit === undefined ? [] : [event.redactedEdit];
  const settled = { ledger, redacted };
  const before = event.snapshot ?? snapshotOf(portal, messageId, '', 0);
  const present = await presentMessage(work, messageId);
  if (present === undefined) return { outcome: 'gone', ...settled };
  const presentHash = textHash(present.text);
  if (presentHash === hash)
    return { outcome: 'relayed', ...settled, snapshots: [{ ...before, hash, updatedAt: present.updatedAt }] };
  const open = await parts.store.attempts.open(work.row.id, 'chat.update');
  // Our update may have landed and been changed again by somebody in Rocket.Chat since: theirs is newer.
  if (open !== undefined && presentHash !== before.hash) return { outcome: 'superseded', ...settled };
  const effect: ExpectedEffect = { side: 'workspace', target: messageId, kind: 'text', value: hash };
  if (open === undefined) {
    await parts.store.effects.expect(effect);
    await parts.store.attempts.begin(work.row.id, 'chat.update', messageId);
  }
  const voice = await voiceOf(work, event.sender);
  parts.passed('apply:before-act');
  const answer = readMessage(await voice.api.updateMessage(portal.workspaceRoomId, messageId, text));
  parts.passed('apply:acted');
  return {
    outcome: 'relayed',
    ...settled,
    snapshots: [
      {
        ...before,
        hash: answer === undefined ? hash : textHash(answer.text),
        updatedAt: answer?.updatedAt ?? present.updatedAt,
      },
    ],
    forgetEffects: [effect],
  };
}

async function remove(work: Work, event: HomeserverMessageDeleted): Promise<Outcome> {
  const { parts, portal } = work;
  const { messageId } = event.target;
  const effect: ExpectedEffect = { side: 'workspace', target: messageId, kind: 'deleted', value: '' };
  if ((await parts.store.attempts.open(work.row.id, 'chat.delete')) === undefined) {
    await parts.store.effects.expect(effect);
    await parts.store.attempts.begin(work.row.id, 'chat.delete', messageId);
  }
  // A moderator's redaction is carried out by the bot: the author's puppet did not do it.
  const isAuthor = event.sender === event.target.matrixUserId && event.target.origin === 'homeserver';
  const voice = isAuthor ? await voiceOf(work, event.sender) : await work.puppets.bot(event.sender);
  parts.passed('apply:before-act');
  await voice.api.deleteMessage(portal.workspaceRoomId, messageId);
  parts.passed('apply:acted');
  return {
    outcome: 'relayed',
    redacted: event.pairs.filter((pair) => pair.kind !== 'redaction').map((pair) => pair.eventId),
    snapshots: [{ ...(event.snapshot ?? snapshotOf(portal, messageId, '', 0)), deleted: true }],
    tombstones: [{ side: 'homeserver', target: event.target.eventId }],
    forgetEffects: [effect],
  };
}

async function presentMessage(work: Work, id: MessageId): Promise<WorkspaceMessage | undefined> {
  const raw = await work.parts.workspace.getMessage(id);
  const message = raw === undefined ? undefined : readMessage(raw);
  return message === undefined || isDeleted(message) ? undefined : message;
}

function voiceOf(work: Work, sender: HomeserverMessagePosted['sender']): Promise<Voice> {
  return work.how.asBot ? work.puppets.bot(sender) : work.puppets.inRoom(work.portal, sender);
}

function snapshotOf(portal: Portal, messageId: MessageId, hash: string, updatedAt: number): Snapshot {
  return { messageId, portalId: portal.id, hash, updatedAt, deleted: false, lastEditTs: 0 };
}
