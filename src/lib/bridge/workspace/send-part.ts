import type { EventId, MatrixUserId, MessageId } from '../../core/ids.ts';
import type { LedgerEntry, Snapshot } from '../../store/ledger-types.ts';
import { messageIdFor } from '../effect-ids.ts';
import type { GeoPoint } from '../homeserver/content-location.ts';
import { type Work, sendOnce, snapshotOf } from './acting.ts';
import { hashOf } from './message.ts';
import type { Voice } from './puppets.ts';
import { partKey } from './text-parts.ts';

/** How many ids are tried when each turns out to be somebody else's message. */
const SALTS = 4;

/** One message to be made of a Matrix event, or of a part of it. */
export interface PartToSend {
  /** The event whose part this is. */
  readonly eventId: EventId;
  /** What made it necessary: the event, or the edit that made the text longer. The message's id depends on it. */
  readonly cause: EventId;
  readonly part: number;
  readonly sender: MatrixUserId;
  /** `origin_server_ts` of the event, ms. */
  readonly at: number;
  readonly text: string;
  readonly threadId: MessageId | undefined;
  /** A place that clients show on a map. */
  readonly point?: GeoPoint;
}

export interface SentPart {
  readonly entry: LedgerEntry;
  readonly snapshot: Snapshot;
  /** It was sent, and deleted in Rocket.Chat, before we could settle it: sending again would bring it back. */
  readonly isDeleted: boolean;
}

/** Sends a part once, however often it is called. */
export async function sendPart(work: Work, voice: Voice, wanted: PartToSend): Promise<SentPart> {
  const { parts, portal } = work;
  const { effectKey, ledger } = parts.store;
  for (let salt = 0; salt < SALTS; salt += 1) {
    const id = messageIdFor(effectKey, portal.id, wanted.cause, wanted.part, salt);
    const entry: LedgerEntry = {
      portalId: portal.id,
      messageId: id,
      part: wanted.part,
      kind: 'message',
      eventId: partKey(effectKey, wanted.eventId, wanted.part),
      origin: 'homeserver',
      matrixUserId: wanted.sender,
      workspaceUserId: voice.userId,
      ts: wanted.at,
      redacted: false,
    };
    if (await ledger.isGone('workspace', id)) return deletedPart(work, entry);
    const message = await sendOnce(work, voice, id, wanted);
    if (message === 'taken') continue;
    if (message === 'deleted') return deletedPart(work, entry);
    return {
      entry: { ...entry, workspaceUserId: message.author.id },
      // What was sent, not what is there now: a change made meanwhile is told by the next version.
      snapshot: snapshotOf(portal, id, hashOf(message), message.updatedAt),
      isDeleted: false,
    };
  }
  throw new Error(`no free message id for part ${wanted.part} of ${wanted.eventId}`);
}

const deletedPart = (work: Work, entry: LedgerEntry): SentPart => ({
  entry,
  snapshot: deletedSnapshot(work, entry.messageId),
  isDeleted: true,
});

export const deletedSnapshot = ({ portal }: Pick<Work, 'portal'>, id: MessageId): Snapshot => ({
  ...snapshotOf(portal, id, '', 0),
  deleted: true,
});
