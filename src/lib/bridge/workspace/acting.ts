import type { MessageId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Snapshot } from '../../store/ledger-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverMessagePosted } from '../events.ts';
import type { Manner } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { NO_EXTRAS } from './extras.ts';
import { type WorkspaceMessage, readMessage } from './message.ts';
import type { LookUpForWorkspace } from './names.ts';
import type { Puppets, Voice } from './puppets.ts';
import type { PartToSend } from './send-part.ts';
import type { ReadSettings } from './settings.ts';

/** Our clock and the workspace's may differ by so much when a deletion is looked for. */
export const CLOCK_MARGIN_MS = 10 * 60 * 1000;

/** One change that is being made in Rocket.Chat. */
export interface Work {
  readonly parts: BridgeParts;
  readonly puppets: Puppets;
  readonly lookUp: LookUpForWorkspace;
  readonly settings: ReadSettings;
  readonly portal: Portal;
  readonly row: InboxRow;
  readonly how: Manner;
}

/** An edit that waited with its message leaves the mark on it. */
export const marked = ({ row }: Work, text: string): string => (row.late ? `[delayed] ${text}` : text);

/**
 * Sends under an id of our own. A failure says nothing about whether it acted, so the message is asked
 * for; only one in our room by our account counts as ours.
 */
export async function sendOnce(
  work: Work,
  voice: Voice,
  id: MessageId,
  { text, threadId, point }: Pick<PartToSend, 'text' | 'threadId' | 'point'>,
): Promise<WorkspaceMessage | 'taken' | 'deleted'> {
  const { parts, portal, row } = work;
  const message = {
    id,
    roomId: portal.workspaceRoomId,
    text,
    ...(threadId === undefined ? {} : { threadId }),
    ...(voice.alias === undefined ? {} : { alias: voice.alias }),
    ...(point === undefined ? {} : { location: point }),
  };
  if (work.how.mayHaveActed) {
    const found = await findSent(work, id);
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
    const found = await findSent(work, id);
    if (found !== undefined) return found;
    throw error;
  }
  parts.passed('apply:acted');
  return readMessage(answer) ?? { ...unread(voice, id, portal, text), updatedAt: 0 };
}

/** A server that answers a send without the document: what we asked for is what there is. */
function unread(voice: Voice, id: MessageId, portal: Portal, text: string): WorkspaceMessage {
  const author = { id: voice.userId, username: '', name: '' };
  const none = { editedAt: undefined, editor: undefined, systemType: undefined, reactions: new Map<string, never[]>() };
  const unrelated = { files: [], quotes: [], threadId: undefined, extras: NO_EXTRAS, announcement: undefined };
  return { id, roomId: portal.workspaceRoomId, text, author, at: 0, updatedAt: 0, ...none, ...unrelated };
}

/** Ours may be the puppet's or, where that could not go on, the bot's. */
async function findSent(work: Work, id: MessageId): Promise<WorkspaceMessage | 'taken' | undefined> {
  const raw = await work.parts.workspace.getMessage(id);
  if (raw === undefined) return undefined;
  const found = readMessage(raw);
  const isOurs = found?.roomId === work.portal.workspaceRoomId && (await work.parts.isOwnAccount(found.author.id));
  return found !== undefined && isOurs ? found : 'taken';
}

export function voiceOf(work: Work, sender: HomeserverMessagePosted['sender']): Promise<Voice> {
  return work.how.asBot ? work.puppets.bot(sender) : work.puppets.inRoom(work.portal, sender);
}

export function snapshotOf(portal: Portal, messageId: MessageId, hash: string, updatedAt: number): Snapshot {
  return { messageId, portalId: portal.id, hash, updatedAt, deleted: false, lastEditTs: 0 };
}
