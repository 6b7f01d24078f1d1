import { isRecord } from '../../core/record.ts';
import type { Side } from '../../core/remote-error.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal, PortalId } from '../../store/portal-types.ts';
import type { LiveFeature } from '../live/live-feature.ts';
import { pollGently } from '../live/polling.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { SerialByKey } from '../serial.ts';
import { asPuppet } from '../workspace/as-puppet.ts';
import { type Closing, closePortal } from './close-portal.ts';
import { matrixRoomLost, workspaceBotRemoved, workspaceRoomDeleted } from './endings.ts';
import { matrixFate, workspaceFate } from './fate.ts';
import { lastWords } from './last-words.ts';

/** Two requests for all rooms together; both servers tell of each end at once, unless the bridge is down. */
const POLL_MS = 60_000;

interface RoomEndsOptions {
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
 * broke off is taken up by the next comparison, and after a crash by the first: until it is done the store has the
 * portal as active. A portal that somebody else closes at the moment is not in the index any more: it is left to them.
 */
export function createRoomEnds(options: RoomEndsOptions): LiveFeature {
  const { parts, portals: index, portalChanged, everyMs, signal } = options;
  // One look after the other: what one side's closing does looks to the other side like an end.
  const turns = new SerialByKey<'look'>();
  const unfinished = new Map<PortalId, { readonly portal: Portal; readonly side: Side }>();
  const candidates = (side: Side): readonly Portal[] => [
    ...index.all().filter(({ id, state }) => state === 'active' && !unfinished.has(id)),
    ...[...unfinished.values()].filter((one) => one.side === side).map(({ portal }) => portal),
  ];
  const close = async (portal: Portal, side: Side, closing: Closing): Promise<void> => {
    // Nobody else closed it meanwhile, and it did not go on in another room.
    const isOurs = (): boolean =>
      unfinished.has(portal.id) || index.ofLane(portal.lane)?.matrixRoomId === portal.matrixRoomId;
    if (!isOurs()) return;
    parts.log('warn', 'notice.room-ended', { portal: portal.name, why: closing.outcome });
    await lastWords(parts, portal, side, signal);
    if (signal.aborted || !isOurs()) return;
    unfinished.set(portal.id, { portal, side });
    const { warnings } = await closePortal(parts, { portalChanged }, portal, closing);
    unfinished.delete(portal.id);
    for (const reason of warnings) parts.log('warn', 'portal.close-left', { portal: portal.name, reason });
  };
  const inWorkspace = (): Promise<void> =>
    turns.run('look', async () => {
      // Listed before the server is asked: a room that is linked meanwhile is not missed.
      const portals = candidates('workspace');
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
      const portals = await suspectsOnMatrix(parts, candidates('homeserver'));
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
    const done = await Promise.allSettled([inWorkspace(), onMatrix()]);
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
  const closing = workspaceBotRemoved(portal, fate === 'removed', roomEnds);
  return { ...closing, speaker: await memberOf(parts, portal) };
}

/** Some puppet that is still in the room: the bot is not. */
async function memberOf(parts: BridgeParts, portal: Portal): Promise<WorkspaceApi | undefined> {
  for (const { matrixUserId } of await parts.store.people.members(portal.id, 'puppet')) {
    const puppet = asPuppet(parts, await parts.store.people.byMatrixUser(matrixUserId));
    if (puppet !== undefined) return puppet.api;
  }
  return undefined;
}

/** Somebody's word that the bot is in a room no longer: believed as far as to ask. */
function putsOut(raw: unknown, bot: string): boolean {
  if (!isRecord(raw) || raw['type'] !== 'm.room.member' || raw['state_key'] !== bot) return false;
  const { content } = raw;
  return isRecord(content) && (content['membership'] === 'leave' || content['membership'] === 'ban');
}
