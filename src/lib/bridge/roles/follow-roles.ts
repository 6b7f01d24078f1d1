import type { MatrixUserId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { LiveFeature } from '../live/live-feature.ts';
import { pollGently } from '../live/polling.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { readPower } from '../homeserver/power.ts';
import { matrixRoleChanges } from './interpret-homeserver.ts';
import { workspaceRoleChanges } from './interpret-workspace.ts';
import { compareMatrixRoles, compareWorkspaceRoles } from './row.ts';
import { peopleOf } from './role.ts';

/** Rocket.Chat and the homeserver say what changes; only what both hide, or was missed, is found by comparing. */
const POLL_MS = 10 * 60 * 1000;

interface FollowRolesOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly wake: (lane: string) => void;
  /** Pause between two comparisons of all rooms, ms; unset: 10 minutes. */
  readonly everyMs: number | undefined;
  readonly signal: AbortSignal;
}

export interface FollowRoles extends LiveFeature {
  /** A Matrix user's puppet has come to that room: what they are on Matrix was nobody's business until now. */
  entered(portal: Portal, userId: MatrixUserId): void;
}

/**
 * Has roles compared where no message tells of a change: `Hide_System_Messages` hides them, realtime still tells of
 * owners and moderators, and what nobody tells of is looked for at the start and now and then. What differs is
 * recorded as a row, and done in its turn.
 */
export function createFollowRoles({ parts, portals, wake, everyMs, signal }: FollowRolesOptions): FollowRoles {
  const after = (portal: Portal, recording: Promise<void>): void => {
    recording.then(
      () => wake(portal.lane),
      (error: unknown) => parts.log('warn', 'roles.missed', { portal: portal.name, reason: (error as Error).message }),
    );
  };
  const poll = async (): Promise<void> => {
    for (const portal of portals.all()) {
      if (signal.aborted) return;
      if (portal.state === 'active') await compare(portal).catch(failed);
    }
  };
  const compare = async (portal: Portal): Promise<void> => {
    const there = await matrixRoleChanges(parts, portal);
    if (there !== undefined && there.people.length + there.left.length > 0) await compareMatrixRoles(parts, portal);
    const here = await workspaceRoleChanges(parts, portal);
    if (here !== undefined && (here.people.length > 0 || here.isTakeOver)) await compareWorkspaceRoles(parts, portal);
    wake(portal.lane);
  };
  const failed = (error: Error): void => {
    if (!signal.aborted) parts.log('debug', 'roles.not-compared', { reason: error.message });
  };
  return {
    wants: ['roles'],
    inWorkspace(news) {
      if (news.kind !== 'room-role') return;
      const portal = portals.ofWorkspaceRoom(news.roomId);
      if (portal?.state === 'active') after(portal, compareWorkspaceRoles(parts, portal));
    },
    entered(portal, userId) {
      const { matrixRoomId } = portal;
      if (matrixRoomId === undefined) return;
      const isSomething = async (): Promise<boolean> => peopleOf(await readPower(parts, matrixRoomId)).includes(userId);
      after(
        portal,
        isSomething().then((is) => (is ? compareMatrixRoles(parts, portal) : undefined)),
      );
    },
    run: () => pollGently({ clock: parts.clock, signal, everyMs: everyMs ?? POLL_MS, poll, onFailure: failed }),
  };
}
