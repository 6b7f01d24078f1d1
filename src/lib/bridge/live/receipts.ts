import { isRecord } from '../../core/record.ts';
import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import type { Puppets } from '../workspace/puppets.ts';
import { createLatest } from './latest.ts';
import type { LiveFeature } from './live-feature.ts';
import { memberOf } from './member.ts';
import { followReaders } from './readers.ts';

/** Rocket.Chat's clients do so when a message appears; nobody needs to know it sooner. */
const MARK_EVERY_MS = 3_000;
/** Of all rooms together, at one moment; more are dropped. */
const READERS = 256;

interface ReceiptsOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly puppets: Puppets;
  readonly signal: AbortSignal;
}

/**
 * Carries who has read what. To Rocket.Chat it can only be said that somebody has read everything up to now. From
 * there it is known only where the plan has read receipts. Nothing is stored or tried again, and nobody gets an
 * account for having read: only somebody who has spoken in the room is seen reading.
 */
export function createReceipts(options: ReceiptsOptions): LiveFeature {
  const { parts, portals, signal } = options;
  const mark = createLatest<{ portal: Portal; userId: MatrixUserId }>({
    clock: parts.clock,
    signal,
    everyMs: MARK_EVERY_MS,
    limit: READERS,
    act: ({ portal, userId }) => markRead(options, portal, userId),
    failed: (error) => parts.log('debug', 'receipts.failed', { reason: (error as Error).message }),
  });
  return {
    onMatrix(events) {
      if (parts.identity.mode === 'alias') return;
      for (const event of events) {
        const { roomId, readers } = readReceipt(event);
        const portal = roomId && portals.ofMatrixRoom(roomId);
        if (portal?.state !== 'active') continue;
        for (const userId of readers)
          if (parts.access.admitsUser(userId)) mark(`${portal.id} ${userId}`, { portal, userId });
      }
    },
    run: () => followReaders(options),
  };
}

interface Receipt {
  readonly roomId: MatrixRoomId | undefined;
  readonly readers: ReadonlySet<MatrixUserId>;
}

/** Public ones alone: Synapse pushes private ones too. https://spec.matrix.org/v1.17/client-server-api/#mreceipt */
function readReceipt(event: unknown): Receipt {
  const readers = new Set<MatrixUserId>();
  const { type, room_id: roomId, content } = isRecord(event) ? event : {};
  if (type !== 'm.receipt' || typeof roomId !== 'string' || !isRecord(content)) return { roomId: undefined, readers };
  for (const types of Object.values(content)) {
    const users = isRecord(types) ? types['m.read'] : undefined;
    for (const userId of Object.keys(isRecord(users) ? users : {})) readers.add(userId as MatrixUserId);
  }
  return { roomId: roomId as MatrixRoomId, readers };
}

async function markRead({ parts, puppets }: ReceiptsOptions, portal: Portal, userId: MatrixUserId): Promise<void> {
  const person = await memberOf(parts, portal, await parts.store.people.byMatrixUser(userId));
  // What our own ghosts read comes back from the homeserver.
  if (person?.kind !== 'puppet') return;
  const { api, alias } = await puppets.inRoom(portal, userId);
  if (alias === undefined) await api.markRead(portal.workspaceRoomId);
}
