import type { MatrixUserId } from '../../core/ids.ts';
import type { Profile } from '../../store/people-types.ts';
import { homeserverIn } from '../direct/hands.ts';
import type { LiveFeature } from '../live/live-feature.ts';
import { peopleIn } from '../membership/people-in.ts';
import { pollGently } from '../live/polling.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { isAsleep, leftAt, noteLeft, putToSleep } from './sleeping-puppets.ts';

/** Days are what matters here; it costs one request for each room. */
const POLL_MS = 60 * 60 * 1000;

interface IdlePuppetsOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  /** Pause between two looks, ms; unset: an hour. */
  readonly everyMs: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Deactivates puppets whose people are in no bridged room any more, neither joined nor invited, for as long as the
 * profile says: Matrix tells nobody that an account is given up. Who comes back is made active by their next word.
 */
export function createIdlePuppets({ parts, portals, everyMs, signal }: IdlePuppetsOptions): LiveFeature {
  const failed = (error: Error): void => {
    if (!signal.aborted) parts.log('debug', 'idle-puppets.failed', { reason: error.message });
  };
  const look = async (): Promise<void> => {
    const puppets = (await parts.store.people.profiles('puppet')).filter((each) => each.workspaceUserId !== undefined);
    if (puppets.length === 0) return;
    const present = await everybodyIn(parts, portals);
    for (const puppet of puppets) {
      if (signal.aborted) return;
      if (await isAsleep(parts, puppet)) continue;
      await judge(parts, puppet, present.has(puppet.matrixUserId)).catch((error: unknown) => {
        parts.log('warn', 'puppet.not-deactivated', {
          puppet: puppet.username,
          reason: (error as Error).message,
        });
      });
    }
  };
  return {
    run: () => pollGently({ clock: parts.clock, signal, everyMs: everyMs ?? POLL_MS, poll: look, onFailure: failed }),
  };
}

/**
 * A server that does not answer ends the look: nobody is taken to have left because of that. In a room that our side
 * is out of nobody meets us any more.
 */
async function everybodyIn(parts: BridgeParts, portals: PortalIndex): Promise<ReadonlySet<MatrixUserId>> {
  const present = new Set<MatrixUserId>();
  for (const portal of portals.all()) {
    if (portal.state !== 'active' || portal.matrixRoomId === undefined) continue;
    for (const id of await peopleIn(homeserverIn(parts, portal), portal.matrixRoomId)) present.add(id);
  }
  return present;
}

async function judge(parts: BridgeParts, puppet: Profile, isPresent: boolean): Promise<void> {
  const since = await leftAt(parts, puppet);
  const now = parts.clock.now();
  if (isPresent) return since === undefined ? undefined : noteLeft(parts, puppet, undefined);
  if (since === undefined) await noteLeft(parts, puppet, now);
  if (now - (since ?? now) < parts.ends.puppetIdleMs) return;
  await putToSleep(parts, puppet);
  parts.log('info', 'puppet.asleep', { puppet: puppet.username, user: puppet.matrixUserId });
}
