import type { RealtimeInterest } from '../../rocketchat/realtime-news.ts';
import type { MatrixUserId, WorkspaceRoomId } from '../../core/ids.ts';
import type { InboxRow, Lane } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Breakers } from '../breakers.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import { SerialByKey } from '../serial.ts';
import { createDiscover } from './discover.ts';
import { askForAnotherRoom, hasLostRoom } from './lost-room.ts';
import type { OpeningParts } from './opening.ts';
import { type Openings, createOpenings } from './openings.ts';
import { type DirectSessionsOptions, createDirectSessions } from './sessions.ts';
import { createUserQuery } from './user-query.ts';
import { createDirectWatch } from './watch.ts';

interface DirectsOptions extends Omit<DirectSessionsOptions, 'recorded'> {
  readonly ghosts: Ghosts;
  readonly breakers: Breakers;
  /** A row may go in that lane. */
  readonly wake: (lane: Lane) => void;
  readonly portalChanged: (portal: Portal, linkedAt?: number) => Promise<void>;
  /** How often new ones are looked for, ms; unset: every 2 to 5 s. */
  readonly discoverMs?: number | undefined;
  readonly signal: AbortSignal;
}

/** Direct messages, which are opened by whoever writes first and which neither of our bots can see. */
export interface Directs extends Pick<Openings, 'wake' | 'wakeAll'> {
  /** Something happened in that lane. */
  touched(lane: Lane): void;
  /** Somebody says that something was written in that room, which is looked at then. */
  hinted(room: WorkspaceRoomId): void;
  /** Where its Matrix room is lost, another one is asked for. Answers whether that is so. */
  seekAnotherRoom(portal: Portal, waiting: Pick<InboxRow, 'id'>): Promise<boolean>;
  isUser(id: MatrixUserId): Promise<boolean>;
  /** To open one that somebody asks for. */
  readonly opening: OpeningParts;
  run(): Promise<void>;
  close(): Promise<void>;
}

/** What a puppet's session is asked for: its rooms' news. What concerns the whole workspace the bot hears. */
const OF_ROOMS: readonly RealtimeInterest[] = ['typing', 'prunes'];

export function createDirects(options: DirectsOptions): Directs {
  const { parts, portals, puppets, ghosts, breakers, catchUps, wake, signal } = options;
  const recorded = (lane: Lane): void => {
    wake(lane);
    watch.touched(lane);
  };
  const wants = options.wants.filter((each) => OF_ROOMS.includes(each));
  const sessions = createDirectSessions({ ...options, wants, recorded });
  const opening: OpeningParts = {
    parts,
    ghosts,
    puppets,
    serial: new SerialByKey(),
    older: portals.older,
    async seekMissed(portal) {
      await catchUps.one('homeserver', portal);
      return catchUps.mayGo(portal, 'homeserver');
    },
    portalChanged: options.portalChanged,
    wake,
  };
  const openings = createOpenings({ ...opening, breakers, signal });
  const discover = createDiscover({ parts, portals, puppets, recorded });
  const watch = createDirectWatch({
    parts,
    portals,
    catchUps,
    breaker: breakers.workspace,
    discover,
    sessions,
    discoverMs: options.discoverMs,
    signal,
  });
  return {
    opening,
    wake: openings.wake,
    wakeAll: openings.wakeAll,
    touched: watch.touched,
    hinted: watch.hinted,
    isUser: createUserQuery({ parts, ghosts, workspace: breakers.workspace }),
    async seekAnotherRoom(portal, waiting) {
      if (!(await hasLostRoom(parts, portal))) return false;
      const lane = await askForAnotherRoom(parts, portal, String(waiting.id));
      if (lane !== undefined) openings.wake(lane);
      return lane !== undefined;
    },
    run: watch.run,
    async close() {
      await openings.ended();
      await sessions.close();
    },
  };
}
