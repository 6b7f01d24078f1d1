import type { WorkspaceUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { Profile } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import type { LiveFeature } from '../live/live-feature.ts';
import { createPatience } from '../live/patience.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { SerialByKey } from '../serial.ts';
import { redactAllOf } from './redact-person.ts';
import { retireGhost, isRetired } from './retire-ghost.ts';

interface PeopleGoneOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly ghosts: Pick<Ghosts, 'distrust'>;
  readonly portalChanged: (portal: Portal) => Promise<void>;
  readonly wake: (lane: string) => void;
  readonly signal: AbortSignal;
}

export interface PeopleGone extends LiveFeature {
  /** Everybody of the workspace, as just listed: who is missing or inactive is looked at. */
  listed(users: readonly WorkspaceUser[]): void;
}

/** What became of a user; undefined: they are there as before. */
type Gone = 'deleted' | 'deactivated' | undefined;

/**
 * Retires ghosts of users who were deactivated or deleted: what they wrote is redacted where the workspace erases it
 * (`Message_ErasureType`), they leave every room, lose their picture, their name and their device. Realtime tells of
 * deletions; deactivations are nobody's news and are found in the list of users, and so is what happened while the
 * bridge was down. A ghost that is not retired is seen so by the store alone: what was broken off begins anew. Whoever
 * is active again and writes comes back as they were.
 */
export function createPeopleGone(options: PeopleGoneOptions): PeopleGone {
  const { parts, signal } = options;
  const serial = new SerialByKey<WorkspaceUserId>();
  const patience = createPatience(parts.clock);
  const look = (id: WorkspaceUserId): Promise<void> =>
    serial.run(id, async () => {
      const ghost = await parts.store.people.byWorkspaceUser(id);
      if (signal.aborted || ghost?.kind !== 'ghost' || isRetired(ghost) || patience.isWaiting(ghost.id)) return;
      try {
        const gone = await whatBecame(parts, id);
        if (gone !== undefined) await retire(options, ghost, id, gone);
        patience.worked(ghost.id);
      } catch (error) {
        if (signal.aborted) return;
        patience.failed(ghost.id);
        parts.log('warn', 'ghost.not-retired', { ghost: ghost.matrixUserId, reason: (error as Error).message });
      }
    });
  const quietly = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      if (!signal.aborted) parts.log('debug', 'people-gone.failed', { reason: (error as Error).message });
    });
  };
  return {
    wants: ['users'],
    inWorkspace(news) {
      if (news.kind === 'user' && news.change === 'deleted') quietly(look(news.userId));
    },
    listed: (users) => quietly(lookAtMissing(parts, users, look)),
  };
}

async function lookAtMissing(
  { store, identity }: BridgeParts,
  users: readonly WorkspaceUser[],
  look: (id: WorkspaceUserId) => Promise<void>,
): Promise<void> {
  const active = new Set(users.filter((user) => user.active).map(({ id }) => id));
  // A list in which we ourselves are missing is not everybody's.
  if (!active.has(identity.workspaceBot)) return;
  for (const ghost of await store.people.profiles('ghost')) {
    const { workspaceUserId: id } = ghost;
    if (id !== undefined && !active.has(id) && !isRetired(ghost)) await look(id);
  }
}

/** Asked about by itself: a list of many pages may miss somebody. */
async function whatBecame({ workspace }: BridgeParts, id: WorkspaceUserId): Promise<Gone> {
  const user = await workspace.userById(id);
  if (user === undefined) return 'deleted';
  return user.active ? undefined : 'deactivated';
}

async function retire(
  { parts, portals, ghosts, portalChanged, wake, signal }: PeopleGoneOptions,
  ghost: Profile,
  id: WorkspaceUserId,
  gone: NonNullable<Gone>,
): Promise<void> {
  if (gone === 'deleted' && (await erasesMessages(parts))) {
    const who = { home: 'workspace', matrixUserId: ghost.matrixUserId, workspaceUserId: id } as const;
    await redactAllOf({ parts, portals, wake, signal }, who);
  }
  if (signal.aborted) return;
  await retireGhost(parts, ghost, gone, { portalChanged });
  const author = { id, username: ghost.username, name: ghost.displayName };
  for (const portal of portals.all()) await ghosts.distrust(portal, author);
  parts.log('warn', 'notice.user-gone', { user: ghost.username, ghost: ghost.matrixUserId, what: gone });
}

/** `Delete` is what Rocket.Chat does unless somebody chose otherwise; `Unlink` and `Keep` leave what was written. */
async function erasesMessages({ workspace }: BridgeParts): Promise<boolean> {
  const name = 'Message_ErasureType';
  const value = (await workspace.publicSettings([name])).get(name) ?? 'Delete';
  if (typeof value !== 'string')
    throw new RemoteError({ side: 'workspace', failure: 'not-json', request: 'settings.public', code: name });
  return value === 'Delete';
}
