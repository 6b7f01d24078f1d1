import type { MatrixUserId } from '../../core/ids.ts';
import { isOutOfReach, RemoteError } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import { keptFresh } from '../kept-fresh.ts';
import { tellOnce } from '../notices/once.ts';
import { sayOnMatrix } from '../notices/say.ts';
import type { BridgeParts } from '../parts.ts';

/** Of the seats that the people of the workspace leave free, one in so many may be a puppet's. */
const SHARE = 10;
/** After the workspace refused an account for want of a seat, none is asked for so long. */
const REFUSED_MS = 10 * 60 * 1000;
const NO_SEAT = new Set(['error-license-user-limit-reached', 'error-license-limit-reached']);

/** How many puppets there may be: each takes a seat of the workspace's licence. */
export interface Seats {
  /** Whether somebody has a puppet, or may have one made. */
  areFor(matrixUserId: MatrixUserId): Promise<boolean>;
  /** Makes sure of somebody's account, for which a seat is kept from others meanwhile. undefined: there is none. */
  keptFor<T>(matrixUserId: MatrixUserId, make: () => Promise<T>): Promise<T | undefined>;
  /** The workspace refused to make an account; false: for another reason. */
  refused(error: unknown): boolean;
}

/**
 * At most `puppetSeats` puppets; where that is unset, a tenth of what the licence leaves to others than puppets, and
 * no limit without a licence. Those that are there are never taken away.
 */
export function createSeats({ store, workspace, puppetSeats, clock }: BridgeParts): Seats {
  let refusedUntil = 0;
  const licence = keptFresh({ read: () => seatsOf(workspace), clock });
  /** Whose accounts are being made. */
  const making = new Set<MatrixUserId>();
  const taken = async (): Promise<Set<MatrixUserId>> => {
    const puppets = await store.people.profiles('puppet');
    return new Set(puppets.flatMap((one) => (one.workspaceUserId === undefined ? [] : [one.matrixUserId])));
  };
  const limit = async (): Promise<number> => {
    if (puppetSeats !== undefined) return puppetSeats;
    const { active, max } = await licence();
    return max === undefined ? Number.POSITIVE_INFINITY : Math.floor((max - active + (await taken()).size) / SHARE);
  };
  const areFor = async (matrixUserId: MatrixUserId, onFree = (): unknown => undefined): Promise<boolean> => {
    if ((await store.people.byMatrixUser(matrixUserId))?.workspaceUserId !== undefined) return true;
    if (clock.now() < refusedUntil) return false;
    const most = await limit();
    if (most === Number.POSITIVE_INFINITY) return true;
    // Whose account is made while the store is read is among those from before, if not in the store.
    const before = [...making];
    const used = new Set([...(await taken()), ...before, ...making]);
    const isFree = used.size < most;
    if (isFree) onFree();
    return isFree;
  };
  return {
    areFor: (matrixUserId) => areFor(matrixUserId),
    async keptFor(matrixUserId, make) {
      try {
        return (await areFor(matrixUserId, () => making.add(matrixUserId))) ? await make() : undefined;
      } finally {
        making.delete(matrixUserId);
      }
    },
    refused(error) {
      if (!(error instanceof RemoteError) || !NO_SEAT.has(error.code ?? '')) return false;
      refusedUntil = clock.now() + REFUSED_MS;
      return true;
    },
  };
}

/** A workspace that does not say, as versions without licences, has no limit. */
async function seatsOf(workspace: BridgeParts['workspace']): ReturnType<BridgeParts['workspace']['seats']> {
  try {
    return await workspace.seats();
  } catch (error) {
    if (!isOutOfReach(error)) throw error;
    return { active: 0, max: undefined };
  }
}

/** Said to each in each room, once: how they appear, and what is not possible so. */
export function tellNoSeat(parts: BridgeParts, portal: Portal, matrixUserId: MatrixUserId): Promise<void> {
  const cause = `no-seat:${matrixUserId}`;
  return tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.no-seat', { portal: portal.name, user: matrixUserId });
    const text = `The workspace has no seat left for ${matrixUserId}: what they write appears in Rocket.Chat under the bridge's account with their name. Their reactions and direct messages do not reach it.`;
    await sayOnMatrix(parts, portal, cause, text);
  });
}
