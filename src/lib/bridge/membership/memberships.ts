import type { Lane } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { CatchUps } from '../catch-ups.ts';
import type { WorkspaceAuthor } from '../events.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import type { LiveFeature } from '../live/live-feature.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { createArrivals } from './arrivals.ts';
import { type KnownPeople, compareMembers, knownPeople } from './compare.ts';
import { compareInWorkspace } from './row.ts';

/** Two lists for a room; who comes and goes is told at once, so that only what nobody told of waits for it. */
const COMPARE_MS = 5 * 60 * 1000;
/** So many times as long as it took to compare all is the pause after it. */
const SHARE = 20;
/** One that could not be compared is tried again after so long. */
const RETRY_MS = 10_000;

interface MembershipsOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly catchUps: Pick<CatchUps, 'mayGo'>;
  readonly ghosts: Ghosts;
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
}

/** Compares who is in the rooms of the portals, at the start and now and then, and brings the ghosts of members in. */
export function createMemberships(options: MembershipsOptions): Memberships {
  const { parts, wake, signal } = options;
  const due = new Set<Lane>();
  let bell = Promise.withResolvers<void>();
  const ring = (lane: Lane): void => {
    due.add(lane);
    bell.resolve();
  };
  const compareDue = createComparing(options, due, ring);
  const record = async (portal: Portal, author: WorkspaceAuthor): Promise<void> => {
    const row = compareInWorkspace(parts, portal, { userId: author.id, spoke: true });
    await parts.store.inbox.record({ rows: [row] });
    wake(portal.lane);
  };
  return {
    caughtUp: (portal) => ring(portal.lane),
    spoke(portal, author) {
      // What could not be recorded is found by a comparison.
      if (portal.direct === undefined) record(portal, author).catch(() => ring(portal.lane));
    },
    async run() {
      const everyMs = options.everyMs ?? COMPARE_MS;
      let allAt = parts.clock.now() + everyMs;
      while (!signal.aborted) {
        const pause = parts.clock.sleep(Math.max(0, allAt - parts.clock.now()), signal).catch(() => {});
        await Promise.race([bell.promise, pause]);
        bell = Promise.withResolvers();
        const begun = parts.clock.now();
        const isForAll = begun >= allAt;
        if (isForAll) for (const { lane } of options.portals.all()) due.add(lane);
        await compareDue();
        const now = parts.clock.now();
        if (isForAll) allAt = now + Math.max(everyMs, SHARE * (now - begun));
      }
    },
  };
}

function createComparing(
  { parts, portals, catchUps, ghosts, wake, signal }: MembershipsOptions,
  due: Set<Lane>,
  ring: (lane: Lane) => void,
): () => Promise<void> {
  const arrivals = createArrivals({ parts, ghosts, signal });

  const compare = async (portal: Portal, known: KnownPeople): Promise<void> => {
    const { rows, absent, members } = await compareMembers(parts, portal, known);
    if (rows.length > 0) {
      parts.log('info', 'members.differ', { portal: portal.name, people: rows.length });
      await parts.store.inbox.record({ rows });
      wake(portal.lane);
    }
    const users = members > parts.maxMembers ? [] : absent;
    // Whoever left meanwhile left before their ghost came: a second look finds them.
    if ((await arrivals.bringIn(portal, users)) > 0) ring(portal.lane);
  };
  const again = (lane: Lane, error: Error): void => {
    if (signal.aborted) return;
    parts.log('debug', 'members.not-compared', { lane, reason: error.message });
    void parts.clock.sleep(RETRY_MS, signal).then(
      () => ring(lane),
      () => {},
    );
  };

  return async () => {
    let known: KnownPeople | undefined;
    // Those that are due again meanwhile have their turn the next time, with who is known by then.
    const lanes = [...due];
    due.clear();
    for (const lane of lanes) {
      const portal = portals.ofLane(lane);
      if (signal.aborted) return;
      if (portal?.state !== 'active' || portal.direct !== undefined) continue;
      // It is compared as soon as it is caught up.
      if (!catchUps.mayGo(portal, 'workspace') || !catchUps.mayGo(portal, 'homeserver')) continue;
      try {
        known ??= await knownPeople(parts);
        await compare(portal, known);
      } catch (error) {
        again(lane, error as Error);
      }
    }
  };
}
