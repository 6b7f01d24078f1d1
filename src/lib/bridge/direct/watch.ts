import type { WorkspaceRoomId } from '../../core/ids.ts';
import type { Lane } from '../../store/inbox-types.ts';
import type { Portal, PortalId } from '../../store/portal-types.ts';
import type { Breaker } from '../breaker.ts';
import type { CatchUps } from '../catch-ups.ts';
import { classify } from '../failures.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { caughtUpTo } from '../workspace/catch-up.ts';
import type { Discover } from './discover.ts';
import { createNap } from './nap.ts';
import type { DirectSessions } from './sessions.ts';

const TICK_MS = 1_000;
/** The list of all is asked for so often while people write to each other, and when nobody did for a minute. */
const DISCOVER_MS = 2_000;
const DISCOVER_IDLE_MS = 5_000;
const BUSY_MS = 60_000;
/** A bot that may not see the list is said once a minute; those that are open are read all the same. */
const REFUSED_MS = 60_000;
/** One in use is read so often where no stream brings it, then ever less. */
const HOT_MS = 2_000;
const SLOWEST_MS = 60_000;
const SLOWER = 1.5;
/** Edits, reactions and deletions of old messages are looked for so long; new messages always. */
const ACTIVE_MS = 7 * 24 * 60 * 60 * 1000;

interface DirectWatchOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly catchUps: CatchUps;
  readonly breaker: Breaker;
  readonly discover: Discover;
  readonly sessions: DirectSessions;
  /** How often new ones are looked for, ms; unset: every 2 to 5 s. */
  readonly discoverMs?: number | undefined;
  readonly signal: AbortSignal;
}

interface Pace {
  everyMs: number;
  dueAt: number;
  lastActiveAt: number;
}

/** Reads direct messages by REST, which alone moves their cursors; sessions only make it quicker. */
export interface DirectWatch {
  /** Something happened in that lane: if it is a direct message's, it is read more often. */
  touched(lane: Lane): void;
  /** Somebody says that something was written in that room: it is looked at now, whoever said so. */
  hinted(room: WorkspaceRoomId): void;
  run(): Promise<void>;
}

export function createDirectWatch(options: DirectWatchOptions): DirectWatch {
  const { parts, portals, catchUps, breaker, sessions, signal } = options;
  const paces = new Map<PortalId, Pace>();
  const reading = new Set<PortalId>();
  const nap = createNap(parts.clock, signal);
  let discoverAt = 0;
  let refusedUntil = 0;
  let busyUntil = parts.clock.now() + BUSY_MS;

  const heat = (portal: Portal): void => {
    const now = parts.clock.now();
    busyUntil = now + BUSY_MS;
    paces.set(portal.id, { everyMs: HOT_MS, dueAt: now + HOT_MS, lastActiveAt: now });
    sessions.touch(portal);
  };

  /** Nobody waits for it: one that is slow to be read must not hold up the others. */
  const read = (portal: Portal): void => {
    if (reading.has(portal.id)) return;
    reading.add(portal.id);
    void catchUps
      .one('workspace', portal)
      .then((found) => found > 0 && heat(portal))
      .finally(() => reading.delete(portal.id));
  };

  const discover = async (): Promise<void> => {
    if (parts.identity.mode === 'alias') return;
    const changed = await options.discover();
    if (changed.length > 0) busyUntil = parts.clock.now() + BUSY_MS;
    for (const portal of changed) read(portal);
  };

  const readDue = (): void => {
    const now = parts.clock.now();
    const due = portals.all().filter((portal) => {
      if (portal.direct === undefined || portal.state !== 'active') return false;
      const pace = paces.get(portal.id) ?? newPace(portal, now);
      paces.set(portal.id, pace);
      return pace.dueAt <= now && now - pace.lastActiveAt < ACTIVE_MS;
    });
    for (const portal of due) {
      const pace = paces.get(portal.id);
      if (pace === undefined) continue;
      pace.everyMs = sessions.isUp(portal) ? SLOWEST_MS : Math.min(pace.everyMs * SLOWER, SLOWEST_MS);
      pace.dueAt = now + pace.everyMs;
      read(portal);
    }
  };

  const tick = async (): Promise<void> => {
    const now = parts.clock.now();
    if (now >= discoverAt) {
      discoverAt = now + (options.discoverMs ?? (now < busyUntil ? DISCOVER_MS : DISCOVER_IDLE_MS));
      await discover();
    }
    readDue();
    sessions.sweep();
  };

  return {
    touched(lane) {
      const portal = portals.ofLane(lane);
      if (portal?.direct !== undefined && portal.state === 'active') heat(portal);
    },
    hinted(room) {
      const portal = portals.ofWorkspaceRoom(room);
      if (portal?.state === 'active') {
        // A session has brought it already.
        if (portal.direct !== undefined && !sessions.isUp(portal)) read(portal);
        return;
      }
      const now = parts.clock.now();
      busyUntil = now + BUSY_MS;
      discoverAt = Math.max(now, refusedUntil);
      nap.wake();
    },
    async run() {
      await recall(options, paces);
      while (!signal.aborted) {
        try {
          if (!breaker.isOpen) await tick();
        } catch (error) {
          if (signal.aborted) return;
          const verdict = classify(error, { asPerson: true });
          if (verdict.about === 'side') breaker.open(verdict.reason, verdict.retryAfterMs);
          else discoverAt = refusedUntil = parts.clock.now() + REFUSED_MS;
          parts.log('warn', 'direct.discovery-failed', { reason: (error as Error).message });
        }
        await nap.sleep(TICK_MS);
      }
    },
  };
}

/** Spread over a minute, so that a hundred of them are not read in the same second. */
const newPace = ({ id }: Portal, now: number): Pace => ({
  everyMs: SLOWEST_MS,
  dueAt: now + (id % 60) * 1_000,
  lastActiveAt: now,
});

/** After a restart: when each was last caught up on something tells how long it has been quiet. */
async function recall({ parts, portals }: DirectWatchOptions, paces: Map<PortalId, Pace>): Promise<void> {
  for (const portal of portals.all()) {
    if (portal.direct === undefined) continue;
    const last = Number((await parts.store.cursor(caughtUpTo(portal))) ?? portal.createdAt);
    paces.set(portal.id, { ...newPace(portal, parts.clock.now()), lastActiveAt: last });
  }
}
