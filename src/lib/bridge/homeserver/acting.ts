import type { EventId, MatrixRoomId, MatrixUserId, MessageId, WorkspaceUserId } from '../../core/ids.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { type MatrixEffect, transactionId } from '../effect-ids.ts';
import type { WorkspaceAuthor } from '../events.ts';
import type { Manner } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import type { Puppets } from '../workspace/puppets.ts';
import type { ReadSettings } from '../workspace/settings.ts';
import { MARKER } from './event.ts';
import type { Ghosts } from './ghosts.ts';
import type { LookUpForMatrix } from './names.ts';
import { findSent } from './sent.ts';

/** Synapse remembers a transaction id for 24 h; before that is over we look instead of trusting it. */
const TRANSACTION_MEMORY_MS = 20 * 60 * 60 * 1000;

/** One change that is being made on Matrix. */
export interface Work {
  readonly parts: BridgeParts;
  readonly ghosts: Ghosts;
  readonly puppets: Puppets;
  readonly lookUp: LookUpForMatrix;
  readonly settings: ReadSettings;
  readonly portal: Portal;
  readonly row: InboxRow;
  readonly roomId: MatrixRoomId;
  readonly how: Manner;
}

/** An edit that waited with its message leaves the mark on it. */
export const marked = (row: InboxRow, text: string): string => (row.late ? `[delayed] ${text}` : text);

/** Sends under a transaction id; one that may be older than the homeserver's memory is looked for first. */
export async function sendOnce(
  work: Work,
  speaker: MatrixApi,
  txn: string,
  content: Record<string, unknown>,
  ts: number | undefined,
  type = 'm.room.message',
): Promise<EventId> {
  const { parts, row, roomId } = work;
  if (work.how.mayHaveActed && parts.clock.now() - row.receivedAt > TRANSACTION_MEMORY_MS) {
    const sent = await findSent(speaker, roomId, { txn, marker: content[MARKER], since: row.receivedAt });
    if (sent !== undefined) return sent;
  }
  parts.passed('apply:before-act');
  const eventId = await speaker.sendEvent(roomId, type, txn, content, ts);
  parts.passed('apply:acted');
  return eventId;
}

export async function speakerFor(work: Work, author: WorkspaceAuthor): Promise<MatrixApi> {
  return work.how.asBot ? work.parts.homeserver : work.ghosts.inRoom(work.portal, author);
}

export function txnOf(
  work: Work,
  kind: MatrixEffect['kind'],
  source: string,
  subject: string,
  actor: MatrixUserId,
): string {
  return transactionId(work.parts.store.effectKey, { portal: work.portal.id, source, kind, subject, actor });
}

export function entryOf(
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

export function markerOf(parts: BridgeParts, id: string, part: number, rev: number): Record<string, unknown> {
  return { bridge: parts.identity.bridgeId, workspace: parts.identity.workspaceId, id, part, rev };
}
