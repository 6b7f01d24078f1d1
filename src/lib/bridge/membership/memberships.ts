import type { MatrixUserId } from '../../core/ids.ts';
import type { Lane, Portal } from '../../store/types.ts';
import type { CatchUps } from '../catch-ups.ts';
import { mayBeGhost } from '../direct/invite.ts';
import type { WorkspaceAuthor } from '../events.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import type { LiveFeature } from '../live/live-feature.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import type { Puppets } from '../workspace/puppets.ts';
import { bringIn } from './arrivals.ts';
import { compareMembers } from './compare.ts';
import { compareInWorkspace } from './row.ts';
import { standingOnMatrix } from './standing.ts';

/** Two lists for a room; who comes and goes is told at once, so that only what nobody told of waits for it. */
const COMPARE_MS = 5 * 60 * 1000;
/** One that could not be compared is tried again after so long. */
const RETRY_MS = 10_000;

interface MembershipsOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly catchUps: Pick<CatchUps, 'mayGo'>;
  readonly ghosts: Ghosts;
  readonly puppets: Puppets;
  readonly wake: (lane: Lane) => void;
  /** Pause between two comparisons of everybody, ms; unset: 5 minutes. */
  readonly everyMs: number | undefined;
  readonly signal: AbortSignal;
}

export interface Memberships extends LiveFeature {
  /** That portal was caught up, or linked: its people are compared soon. */
  caughtUp(portal: Portal): void;
  /** A ghost joined to say something: whether its user is a member is looked at when everything before is done. */
  spoke(portal: Portal, author: WorkspaceAuthor): void;
  /** Somebody in Rocket.Chat named a Matrix user who has no puppet: who is in the room gets one now. */
  mentioned(portal: Portal, id: MatrixUserId): void;
}

/** Compares who is in the rooms of the portals, at the start and now and then, and brings the ghosts of members in. */
export function createMemberships(options: MembershipsOptions): Memberships {
  const { parts, portals, catchUps, ghosts, puppets, wake, signal } = options;
  const due = new Set<Lane>();
  let bell = Promise.withResolvers<void>();

  const ring = (lane: Lane): void => {
    due.add(lane);
    bell.resolve();
  };
  const compare = async (portal: Portal): Promise<void> => {
    const { rows, absent, members } = await compareMembers(parts, portal);
    if (rows.length > 0) {
      parts.log('info', 'members.differ', { portal: portal.name, people: rows.length });
      await parts.store.inbox.record({ rows });
      wake(portal.lane);
    }
    const users = members > parts.maxMembers ? [] : absent;
    // Whoever left meanwhile left before their ghost came: a second look finds them.
    if ((await bringIn(parts, portal, { ghosts, users, signal })) > 0) ring(portal.lane);
  };
  const compareDue = async (): Promise<void> => {
    for (const lane of due) {
      const portal = portals.ofLane(lane);
      if (signal.aborted) return;
      due.delete(lane);
      if (portal?.state !== 'active' || portal.direct !== undefined) continue;
      // It is compared as soon as it is caught up.
      if (!catchUps.mayGo(portal, 'workspace') || !catchUps.mayGo(portal, 'homeserver')) continue;
      try {
        await compare(portal);
      } catch (error) {
        if (signal.aborted) return;
        parts.log('debug', 'members.not-compared', { portal: portal.name, reason: (error as Error).message });
        void parts.clock.sleep(RETRY_MS, signal).then(
          () => ring(lane),
          () => {},
        );
      }
    }
  };

  return {
    caughtUp: (portal) => ring(portal.lane),
    spoke(portal, { id: userId }) {
      if (portal.direct !== undefined) return;
      const row = compareInWorkspace(parts, portal, { userId, spoke: true });
      parts.store.inbox.record({ rows: [row] }).then(
        () => wake(portal.lane),
        () => ring(portal.lane),
      );
    },
    mentioned(portal, id) {
      if (portal.direct !== undefined || parts.identity.mode === 'alias' || !parts.access.admitsUser(id)) return;
      if (mayBeGhost(parts.identity, id) || id === parts.identity.matrixBot) return;
      const made = standingOnMatrix(parts, portal, id).then((now) =>
        now === 'in' ? puppets.inRoom(portal, id) : undefined,
      );
      made.catch((error: unknown) => {
        if (!signal.aborted) parts.log('warn', 'puppet.not-made', { user: id, reason: (error as Error).message });
      });
    },
    async run() {
      let allAt = parts.clock.now() + (options.everyMs ?? COMPARE_MS);
      while (!signal.aborted) {
        await Promise.race([bell.promise, untilAll(parts, allAt, signal)]);
        bell = Promise.withResolvers<void>();
        if (parts.clock.now() >= allAt) {
          for (const { lane } of portals.all()) due.add(lane);
          allAt = parts.clock.now() + (options.everyMs ?? COMPARE_MS);
        }
        await compareDue();
      }
    },
  };
}

const untilAll = ({ clock }: BridgeParts, at: number, signal: AbortSignal): Promise<void> =>
  clock.sleep(Math.max(0, at - clock.now()), signal).catch(() => {});
