import { isRecord } from '../../core/record.ts';
import type { Side } from '../../core/remote-error.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal, PortalId } from '../../store/portal-types.ts';
import type { LiveFeature } from '../live/live-feature.ts';
import { pollGently } from '../live/polling.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { SerialByKey } from '../serial.ts';
import { begunClosings } from './begun-closing.ts';
import { type Closing, closePortal } from './close-portal.ts';
import { matrixRoomLost, workspaceBotRemoved, workspaceRoomDeleted } from './endings.ts';
import { matrixFate, workspaceFate } from './fate.ts';
import { type OnTheirWay, lastWords } from './last-words.ts';

/** Two requests for all rooms together; both servers tell of each end at once, unless the bridge is down. */
const POLL_MS = 60_000;

interface RoomEndsOptions extends OnTheirWay {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly portalChanged: (portal: Portal) => Promise<void>;
  /** Of a direct message that lost its Matrix room. */
  readonly seekAnotherRoom: (portal: Portal, waiting: InboxRow) => Promise<boolean>;
  /** Pause between two comparisons, ms; unset: a minute. */
  readonly everyMs: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Closes portals of which one room is gone, or that our bot was put out of: told by either server, and found by
 * comparing the rooms that the bot is in with the portals, at the start and now and then. A closing that a server
 * broke off is taken up by the next comparison, and one that a crash did by the first, whoever asked for it. A portal
 * that somebody else closes at the moment is not in the index any more: it is left to them.
 */
export function createRoomEnds(options: RoomEndsOptions): LiveFeature {
  const { parts, portals: index, portalChanged, everyMs, signal } = options;
  // One look after the other: what one side's closing does looks to the other side like an end.
  const turns = new SerialByKey<'look'>();
  /** Ends that a server broke off. */
  const brokenOff = new Set<PortalId>();
  let isFirstLook = true;
  const candidates = (): readonly Portal[] => index.all().filter(({ state }) => state === 'active');
  const end = async (portal: Portal, closing: Closing): Promise<void> => {
    brokenOff.add(portal.id);
    const { warnings } = await closePortal(parts, { portalChanged }, portal, closing);
    brokenOff.delete(portal.id);
    for (const reason of warnings) parts.log('warn', 'portal.close-left', { portal: portal.name, reason });
  };
  const close = async (portal: Portal, side: Side, closing: Closing): Promise<void> => {
    // Nobody else closed it meanwhile, and it did not go on in another room.
    const isOurs = (): boolean => index.ofLane(portal.lane)?.matrixRoomId === portal.matrixRoomId;
    if (!isOurs()) return;
    if (!(await lastWords(parts, portal, side, options, signal))) {
      parts.log('debug', 'room-ends.waits', { portal: portal.name });
      return;
    }
    if (signal.aborted || !isOurs()) return;
    parts.log('warn', 'notice.room-ended', { portal: portal.name, why: closing.outcome });
    await end(portal, closing);
  };
  const finish = (): Promise<void> =>
    turns.run('look', async () => {
      for (const { portal, closing } of await begunClosings(parts)) {
        if (signal.aborted) return;
        if (isFirstLook || brokenOff.has(portal.id)) await end(portal, { ...closing, patient: true }).catch(failed);
      }
      isFirstLook = false;
    });
  const inWorkspace = (): Promise<void> =>
    turns.run('look', async () => {
      // Listed before the server is asked: a room that is linked meanwhile is not missed.
      const portals = candidates();
      if (portals.every(isDirect)) return;
      const { updated } = await parts.workspace.changedRooms(0);
      const ours = new Set(updated.map(({ id }) => id));
      for (const portal of portals) {
        if (signal.aborted) return;
        if (!isDirect(portal) && !ours.has(portal.workspaceRoomId))
          await close(portal, 'workspace', await endingInWorkspace(parts, portal));
      }
    });
  /** A direct message goes on in another room. */
  const seekRoomFor = async (portal: Portal): Promise<void> => {
    const { inbox } = parts.store;
    const row = (await inbox.head(portal.lane, 'workspace')) ?? (await inbox.head(portal.lane, 'homeserver'));
    if (row !== undefined) await options.seekAnotherRoom(portal, row);
  };
  const onMatrix = (): Promise<void> =>
    turns.run('look', async () => {
      const portals = await suspectsOnMatrix(parts, candidates());
      if (portals.length === 0) return;
      const ours = new Set(await parts.homeserver.joinedRooms());
      for (const portal of portals) {
        if (signal.aborted) return;
        if (portal.matrixRoomId === undefined || ours.has(portal.matrixRoomId)) continue;
        if (isDirect(portal)) {
          await seekRoomFor(portal);
          continue;
        }
        await close(portal, 'homeserver', matrixRoomLost(await matrixFate(parts, portal), parts.ends.roomEnds));
      }
    });
  const failed = (error: unknown): void => {
    if (!signal.aborted) parts.log('debug', 'room-ends.failed', { reason: (error as Error).message });
  };
  const look = async (): Promise<void> => {
    // One side that does not answer must not keep the other from being compared.
    const done = await Promise.allSettled([finish(), inWorkspace(), onMatrix()]);
    for (const one of done) if (one.status === 'rejected') failed(one.reason);
  };
  return {
    wants: ['own-rooms', 'rooms'],
    inWorkspace(news) {
      const isGone = news.kind === 'own-rooms' || (news.kind === 'room' && news.change === 'removed');
      if (isGone) inWorkspace().catch(failed);
    },
    onRecorded(events) {
      if (events.some((event) => putsOut(event, parts.identity.matrixBot))) onMatrix().catch(failed);
    },
    run: () => pollGently({ clock: parts.clock, signal, everyMs: everyMs ?? POLL_MS, poll: look, onFailure: failed }),
  };
}

const isDirect = (portal: Portal): boolean => portal.direct !== undefined;

/** A direct message has no bot that would be asked about: those are looked at in which something is stuck. */
async function suspectsOnMatrix(parts: BridgeParts, portals: readonly Portal[]): Promise<readonly Portal[]> {
  if (!portals.some(isDirect)) return portals;
  const stuck = new Set((await parts.store.inbox.waiting()).map(({ lane }) => lane));
  return portals.filter((portal) => !isDirect(portal) || stuck.has(portal.lane));
}

async function endingInWorkspace(parts: BridgeParts, portal: Portal): Promise<Closing> {
  const fate = await workspaceFate(parts, portal.workspaceRoomId);
  const { roomEnds } = parts.ends;
  if (fate === 'deleted') return workspaceRoomDeleted(portal, roomEnds);
  return workspaceBotRemoved(portal, fate === 'removed', roomEnds);
}

/** Somebody's word that the bot is in a room no longer: believed as far as to ask. */
function putsOut(raw: unknown, bot: string): boolean {
  if (!isRecord(raw) || raw['type'] !== 'm.room.member' || raw['state_key'] !== bot) return false;
  const { content } = raw;
  return isRecord(content) && (content['membership'] === 'leave' || content['membership'] === 'ban');
}
