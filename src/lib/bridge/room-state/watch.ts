import type { Portal, PortalId } from '../../store/portal-types.ts';
import type { RealtimeNews } from '../../rocketchat/realtime-news.ts';
import { contentHash } from '../effect-ids.ts';
import type { LiveFeature } from '../live/live-feature.ts';
import { pollGently } from '../live/polling.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { SerialByKey } from '../serial.ts';
import { comparisonRow } from './row.ts';
import { agreedOnRoom, ROOM_FIELDS, type RoomValues } from './values.ts';
import { workspaceValues } from './workspace-room.ts';

/**
 * One request for a room, and the more rooms there are the more seldom; only what was neither told nor said in a
 * system message is found by it.
 */
const POLL_MS = 60 * 1000;

interface RoomWatchOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly wake: (lane: string) => void;
  /** Pause between two comparisons, ms; unset: a minute. */
  readonly everyMs: number | undefined;
  readonly signal: AbortSignal;
}

export interface RoomWatch extends LiveFeature {
  /** Nobody can write there now: what comes from Matrix waits. */
  isArchived(portal: Portal): boolean;
}

/**
 * Follows what rooms are like in Rocket.Chat: has them compared when the bot, a member of each, is told of a change,
 * which no hidden system message keeps back, and looks at each at the start and now and then. What a portal is
 * called and of which type it is goes with it. Never rejects.
 */
export function createRoomWatch({ parts, portals, wake, everyMs, signal }: RoomWatchOptions): RoomWatch {
  const serial = new SerialByKey<PortalId>();
  const archived = new Set<PortalId>();
  /** What realtime told last: it tells of each message too. */
  const told = new Map<PortalId, string>();

  const record = async (portal: Portal, values: unknown): Promise<void> => {
    const at = parts.clock.now();
    await parts.store.inbox.record({ rows: [comparisonRow(portal, `${contentHash(values)}:${at}`, at)] });
    wake(portal.lane);
  };

  const look = async (id: PortalId): Promise<void> => {
    const portal = portals.byId(id);
    if (portal === undefined || !isFollowed(portal)) return;
    const room = await parts.workspace.roomDetails(portal.workspaceRoomId);
    if (room === undefined || signal.aborted) return;
    const roomType = room.type === 'p' ? 'p' : 'c';
    if (room.name !== portal.name || roomType !== portal.roomType) {
      const renamed = await parts.store.portals.update(portal.id, { name: room.name, roomType });
      // Its end may have begun meanwhile: until it is done the store has it as it was.
      if (portals.byId(id) === undefined) return;
      portals.set(renamed);
    }
    const wasArchived = archived.has(portal.id);
    if (room.archived) archived.add(portal.id);
    else archived.delete(portal.id);
    if (wasArchived && !room.archived) wake(portal.lane);
    const values = workspaceValues(room);
    if (await differs(parts, portal, values)) await record(portal, values);
  };

  const follow = async (news: RealtimeNews & { kind: 'room' }): Promise<void> => {
    const portal = portals.ofWorkspaceRoom(news.roomId);
    if (portal === undefined || !isFollowed(portal)) return;
    const print = fingerprint(news.document);
    if (told.get(portal.id) === print) return;
    told.set(portal.id, print);
    // The row asks again until it is answered; this look may fail.
    await record(portal, print);
    await serial.run(portal.id, () => look(portal.id));
  };
  const failed = (error: Error): void => {
    if (!signal.aborted) parts.log('debug', 'rooms.not-compared', { reason: error.message });
  };

  return {
    wants: ['rooms'],
    inWorkspace(news) {
      if (news.kind === 'room' && news.change !== 'removed') follow(news).catch(failed);
    },
    isArchived: (portal) => archived.has(portal.id),
    run: () =>
      pollGently({
        clock: parts.clock,
        signal,
        everyMs: everyMs ?? POLL_MS,
        async poll() {
          for (const { id } of portals.all()) if (!signal.aborted) await serial.run(id, () => look(id));
        },
        onFailure: failed,
      }),
  };
}

const isFollowed = ({ state, direct, matrixRoomId }: Portal): boolean =>
  state === 'active' && direct === undefined && matrixRoomId !== undefined;

const FIELDS = ['name', 'fname', 'topic', 'announcement', 't', 'ro', 'broadcast', 'archived', 'avatarETag'] as const;

const fingerprint = (document: Readonly<Record<string, unknown>>): string =>
  contentHash(FIELDS.map((field) => document[field] ?? null));

/** Whether anything was changed there that is not agreed. A room that was never compared differs. */
async function differs(parts: BridgeParts, portal: Portal, values: RoomValues): Promise<boolean> {
  const agreed = await agreedOnRoom(parts, portal);
  return ROOM_FIELDS.some((field) => agreed.get(field)?.workspace !== values[field]);
}
