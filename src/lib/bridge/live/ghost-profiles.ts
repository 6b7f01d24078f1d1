import type { WorkspaceUserId } from '../../core/ids.ts';
import type { LocalNames } from '../../matrix/look-alike.ts';
import type { RealtimeNews } from '../../rocketchat/realtime-news.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { Profile } from '../../store/people-types.ts';
import type { WorkspaceAuthor } from '../events.ts';
import { type GhostLook, dressGhost, looksLike } from '../homeserver/ghost-profile.ts';
import type { BridgeParts } from '../parts.ts';
import { SerialByKey } from '../serial.ts';
import type { LiveFeature } from './live-feature.ts';
import { createPatience } from './patience.ts';
import { pollGently } from './polling.ts';

/**
 * `users.list` is one request for 100 people. Rocket.Chat tells of pictures and usernames at once, but of real
 * names only where it shows them, and never what happened while nobody listened.
 */
const POLL_MS = 10_000;
/** A message may show a name of long ago; after one that did, the person isn't asked for again so soon. */
const ASK_AGAIN_MS = 60_000;
/** Of so many people it is remembered which name their last message had. */
const REMEMBERED = 20_000;

interface GhostProfilesOptions {
  readonly parts: BridgeParts;
  readonly localNames: LocalNames;
  /** Pause between two comparisons, ms; unset: 10 s. */
  readonly everyMs: number | undefined;
  /** Everybody was listed for a comparison. */
  readonly onListed?: (users: readonly WorkspaceUser[]) => void;
  readonly signal: AbortSignal;
}

export interface GhostProfiles extends LiveFeature {
  /** A message of theirs passes: costs nothing unless it shows another name than the one before it. */
  seen(author: WorkspaceAuthor): void;
}

/**
 * Keeps ghosts looking like their users: names, usernames and pictures. Told by realtime, by a name in a message,
 * and found by comparing everybody. What fails is logged and tried again when looks are compared next. Of puppets,
 * which look like their people on Matrix, only the username that an administrator gave them is taken over.
 */
export function createGhostProfiles(options: GhostProfilesOptions): GhostProfiles {
  const { parts, localNames, everyMs, signal } = options;
  const serial = new SerialByKey<WorkspaceUserId>();
  const patience = createPatience(parts.clock);
  const lastNames = new Map<WorkspaceUserId, string>();
  const lastAsked = new Map<WorkspaceUserId, number>();

  const dress: Dress = (id, lookOf) =>
    serial.run(id, async () => {
      const person = await parts.store.people.byWorkspaceUser(id);
      if (signal.aborted || person === undefined || !isFollowed(person)) return;
      try {
        const look = await lookOf(person);
        if (look !== undefined) await (person.kind === 'ghost' ? dressGhost : renamePuppet)(parts, person, look);
        patience.worked(person.id);
      } catch (error) {
        if (signal.aborted) return;
        patience.failed(person.id);
        parts.log('warn', 'ghost.not-followed', { ghost: person.matrixUserId, reason: (error as Error).message });
      }
    });
  const quietly = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      if (!signal.aborted) parts.log('debug', 'profiles.failed', { reason: (error as Error).message });
    });
  };

  const ask = async (author: WorkspaceAuthor): Promise<void> => {
    const now = parts.clock.now();
    if (now - (lastAsked.get(author.id) ?? Number.NEGATIVE_INFINITY) < ASK_AGAIN_MS) return;
    const ghost = await parts.store.people.byWorkspaceUser(author.id);
    if (ghost?.kind !== 'ghost' || !ghost.ready || looksLike(ghost, withoutAvatar(author))) return;
    if (lastAsked.size >= REMEMBERED) lastAsked.clear();
    lastAsked.set(author.id, now);
    await dress(author.id, () => parts.workspace.userById(author.id));
  };

  const poll = async (): Promise<void> => {
    const users = await parts.workspace.users();
    options.onListed?.(users);
    const ghosts = await parts.store.people.profiles('ghost');
    const puppets = await parts.store.people.profiles('puppet');
    localNames.know(withoutOwn(puppets, users));
    const byId = new Map(users.map((user) => [user.id, user]));
    for (const person of [...ghosts, ...puppets]) {
      const user = person.workspaceUserId === undefined ? undefined : byId.get(person.workspaceUserId);
      if (signal.aborted) return;
      if (user === undefined || !isFollowed(person) || patience.isWaiting(person.id) || isAs(person, user)) continue;
      await dress(user.id, async () => user);
    }
  };

  return {
    wants: ['users'],
    seen(author) {
      const name = `${author.username}\n${author.name}`;
      if (lastNames.get(author.id) === name) return;
      if (lastNames.size >= REMEMBERED) lastNames.clear();
      lastNames.set(author.id, name);
      quietly(ask(author));
    },
    inWorkspace: (news) => quietly(follow(parts, news, dress)),
    run: () =>
      pollGently({
        clock: parts.clock,
        signal,
        everyMs: everyMs ?? POLL_MS,
        poll,
        onFailure: (error) => parts.log('debug', 'profiles.failed', { reason: error.message }),
      }),
  };
}

type Dress = (id: WorkspaceUserId, lookOf: (person: Profile) => Promise<GhostLook | undefined>) => Promise<void>;

const isFollowed = ({ kind, ready }: Profile): boolean => kind === 'puppet' || ready;

const isAs = (person: Profile, look: GhostLook): boolean =>
  person.kind === 'puppet' ? person.username === look.username : looksLike(person, look);

async function renamePuppet({ store }: BridgeParts, { id, username: before }: Profile, { username }: GhostLook) {
  if (username !== before) await store.people.update(id, { username });
}

async function follow(parts: BridgeParts, news: RealtimeNews, dress: Dress): Promise<void> {
  if (news.kind !== 'user') return;
  if (news.change === 'name') {
    const { userId, username, name } = news;
    return dress(userId, async () => ({ username, name }));
  }
  if (news.change !== 'avatar') return;
  const ghost = await parts.store.people.byUsername('ghost', news.username);
  if (ghost?.workspaceUserId === undefined) return;
  // The user's document has the new etag only later: what was told counts.
  await dress(ghost.workspaceUserId, async ({ username, displayName }) => ({
    username,
    name: displayName,
    avatarEtag: news.etag,
  }));
}

const withoutAvatar = ({ username, name }: WorkspaceAuthor): GhostLook => ({ username, name });

/** People of the workspace itself: puppets look like outsiders on purpose. */
function withoutOwn(puppets: readonly Profile[], users: readonly WorkspaceUser[]): readonly WorkspaceUser[] {
  const own = new Set(puppets.map(({ workspaceUserId }) => workspaceUserId));
  return users.filter(({ id }) => !own.has(id));
}
