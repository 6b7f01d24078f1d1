import type { MessageId, WorkspaceRoomId } from '../../core/ids.ts';
import type { RawMessage, RealtimeEvent } from '../../rocketchat/types.ts';
import type { NewInboxRow, RecordBatch, Tombstone } from '../../store/inbox-types.ts';
import { contentHash } from '../effect-ids.ts';
import type { Recorded } from '../homeserver/source.ts';
import { membersRow } from '../membership/row.ts';
import type { BridgeParts } from '../parts.ts';
import { pinsRow } from '../pins/row.ts';
import { rolesRow } from '../roles/row.ts';
import type { PortalIndex } from '../portal-index.ts';
import { roomRow } from '../room-state/row.ts';
import { wordRow } from '../words/word-row.ts';
import { type WorkspaceMessage, isDeleted, readMessage, versionOf } from './message.ts';
import { reactionsKey } from './reactions.ts';

/** More than this in memory: better to drop the stream and catch up, which can't overflow. */
const BUFFER_LIMIT = 20_000;
const RETRY_MS = 500;

/**
 * One version of a message as an inbox row. undefined: its room is not federated, or it is what our own
 * bot or puppet wrote, as they wrote it; a later change of that by somebody is recorded.
 */
export async function messageRow(
  parts: Pick<BridgeParts, 'identity' | 'isOwnAccount' | 'store'>,
  portals: PortalIndex,
  raw: RawMessage,
  isKnown: boolean,
): Promise<NewInboxRow | undefined> {
  const message = readMessage(raw);
  if (message === undefined) return malformedRow(portals, raw);
  const word = await wordRow(parts, portals, raw);
  if (word !== undefined) return word;
  const portal = portals.ofWorkspaceRoom(message.roomId);
  if (portal === undefined) return undefined;
  const reactions = reactionsKey(message.reactions);
  const isUntouched = message.editedAt === undefined && message.systemType === undefined && reactions === '';
  if (isUntouched && (await isOurUntouched(parts, message))) return undefined;
  const { hash, updatedAt } = versionOf(message);
  return {
    side: 'workspace',
    lane: portal.lane,
    key: `${message.id}|${updatedAt}|${hash}${isDeleted(message) ? '|rm' : ''}${reactions === '' ? '' : `|${contentHash(reactions)}`}`,
    ref: message.id,
    type: 'message',
    // A message has its place where it was written; a change of one that is known, where it was changed.
    order: isKnown ? updatedAt : message.at,
    body: JSON.stringify(raw),
  };
}

/** As our own bot or puppet wrote it, and nobody's reaction to it was taken back. */
async function isOurUntouched(
  parts: Pick<BridgeParts, 'isOwnAccount' | 'store'>,
  { id, author }: WorkspaceMessage,
): Promise<boolean> {
  return (await parts.isOwnAccount(author.id)) && (await parts.store.reactions.byMessage(id)).length === 0;
}

function malformedRow(portals: PortalIndex, raw: RawMessage): NewInboxRow | undefined {
  const portal = portals.ofWorkspaceRoom(raw['rid'] as WorkspaceRoomId);
  if (portal === undefined) return undefined;
  const body = JSON.stringify(raw);
  const key = `malformed:${contentHash(body)}`;
  return {
    side: 'workspace',
    lane: portal.lane,
    key,
    ref: key,
    type: 'malformed',
    order: 0,
    body,
    settledAs: 'malformed',
  };
}

export function deletionRow(lane: string, id: MessageId, at: number): NewInboxRow {
  return { side: 'workspace', lane, key: `${id}|deleted`, ref: id, type: 'deleted', order: at, body: '{}' };
}

/** A deletion is known the moment it is recorded, before its turn comes: no create may bring the message back. */
export function tombstoneOf(row: NewInboxRow, raw: RawMessage | undefined): Tombstone | undefined {
  const isGone = row.type === 'deleted' || raw?.['t'] === 'rm';
  return isGone ? { side: 'workspace', target: row.ref } : undefined;
}

export interface WorkspaceSource {
  /** Takes one event of the stream; it is on disk some moments later, in order. */
  take(event: RealtimeEvent): void;
  /** Resolves when all that was taken is on disk. */
  flushed(): Promise<void>;
}

/**
 * Records what realtime delivers, many at a time. It moves no cursor: a stream tells nothing of what it
 * did not send. `overflow` is called when the store can't keep up or can't be written: drop the stream
 * and catch up.
 */
export function createWorkspaceSource(
  parts: BridgeParts,
  portals: PortalIndex,
  recorded: Recorded,
  overflow: (reason: string) => void,
): WorkspaceSource {
  let buffer: RealtimeEvent[] = [];
  let writing: Promise<void> | undefined;

  const writeAll = async (): Promise<void> => {
    while (buffer.length > 0) {
      const taken = buffer;
      buffer = [];
      try {
        await record(parts, portals, taken, recorded);
      } catch (error) {
        parts.log('error', 'source.store', { reason: (error as Error).message });
        buffer = [];
        await parts.clock.sleep(RETRY_MS);
        overflow('the store could not be written');
      }
    }
  };

  return {
    take(event) {
      if (buffer.length >= BUFFER_LIMIT) {
        buffer = [];
        return overflow('more events than the store could take');
      }
      buffer.push(event);
      writing ??= Promise.resolve()
        .then(writeAll)
        .finally(() => {
          writing = undefined;
        });
    },
    async flushed() {
      while (writing !== undefined) await writing;
    },
  };
}

async function record(
  parts: BridgeParts,
  portals: PortalIndex,
  events: readonly RealtimeEvent[],
  recorded: Recorded,
): Promise<void> {
  const rows: NewInboxRow[] = [];
  const tombstones: Tombstone[] = [];
  for (const event of events) {
    const pins = event.kind === 'message' ? pinsRow(portals, event.message) : undefined;
    if (pins !== undefined) rows.push(pins);
    const members = event.kind === 'message' ? await membersRow(parts, portals, event.message) : undefined;
    if (members !== undefined) rows.push(members);
    const room = event.kind === 'message' ? roomRow(portals, event.message) : undefined;
    if (room !== undefined) rows.push(room);
    const roles = event.kind === 'message' ? rolesRow(portals, event.message) : undefined;
    if (roles !== undefined) rows.push(roles);
    const row = await rowOf(parts, portals, event);
    if (row === undefined) continue;
    rows.push(row);
    const tombstone = tombstoneOf(row, event.kind === 'message' ? event.message : undefined);
    if (tombstone !== undefined) tombstones.push(tombstone);
  }
  if (rows.length === 0) return;
  const batch: RecordBatch = { rows, tombstones };
  parts.passed('record:before-commit');
  const inserted = await parts.store.inbox.record(batch);
  parts.passed('record:committed');
  for (const lane of new Set(inserted.map((row) => row.lane))) recorded(lane);
}

async function rowOf(parts: BridgeParts, portals: PortalIndex, event: RealtimeEvent): Promise<NewInboxRow | undefined> {
  if (event.kind === 'message')
    return messageRow(parts, portals, event.message, event.message['editedAt'] !== undefined);
  const portal = portals.ofWorkspaceRoom(event.roomId);
  return portal === undefined ? undefined : deletionRow(portal.lane, event.id, parts.clock.now());
}
