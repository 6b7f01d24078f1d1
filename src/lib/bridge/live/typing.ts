import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import type { RealtimeNews } from '../../rocketchat/realtime-news.ts';
import type { Profile } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { nameOnMatrix } from '../homeserver/ghost-profile.ts';
import type { BridgeParts } from '../parts.ts';
import type { LiveFeature } from './live-feature.ts';
import { memberOf } from './member.ts';
import type { PortalIndex } from '../portal-index.ts';
import type { Puppets } from '../workspace/puppets.ts';
import type { ReadSettings } from '../workspace/settings.ts';

/** Rocket.Chat forgets a typist 15 s after the last word of it; Matrix tells only of the beginning and the end. */
const RENEW_MS = 10_000;
/** Nobody types for longer without a pause: a homeserver that lost the end is not believed for ever. */
const LONGEST_MS = 120_000;
/** Rocket.Chat says it again every 5 s. */
const MATRIX_TIMEOUT_MS = 20_000;
const MATRIX_RENEW_MS = 8_000;
/** Of all rooms together, at one moment; more are dropped. */
const TYPISTS = 64;

interface TypingOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly puppets: Puppets;
  readonly signal: AbortSignal;
}

interface Wired extends TypingOptions {
  readonly settings: ReadSettings;
}

/**
 * Carries who is typing. Nothing of it is stored, tried again or waited for, and it makes no account: only
 * somebody who has spoken in the room is seen typing. In alias mode nobody is, for the bot has one face.
 */
export function createTyping(given: TypingOptions): LiveFeature {
  const options: Wired = { ...given, settings: given.parts.settings };
  const matrixTypists = new Map<string, AbortController>();
  const workspaceTypists = new Map<string, number>();
  const quietly = (work: Promise<void>): void => {
    work.catch((error: unknown) => {
      if (!options.signal.aborted) options.parts.log('debug', 'typing.failed', { reason: (error as Error).message });
    });
  };
  return {
    wants: ['typing'],
    onMatrix(events) {
      if (options.parts.identity.mode === 'alias') return;
      for (const event of events) {
        const typing = readTyping(event);
        const portal = typing && options.portals.ofMatrixRoom(typing.roomId);
        if (typing !== undefined && portal?.state === 'active') follow(options, matrixTypists, portal, typing, quietly);
      }
    },
    inWorkspace(news) {
      const portal = news.kind === 'typing' ? options.portals.ofWorkspaceRoom(news.roomId) : undefined;
      if (news.kind !== 'typing' || portal?.state !== 'active') return;
      quietly(showOnMatrix(options, workspaceTypists, portal, news));
    },
  };
}

interface TypingNow {
  readonly roomId: MatrixRoomId;
  readonly userIds: ReadonlySet<MatrixUserId>;
}

/** https://spec.matrix.org/v1.17/client-server-api/#mtyping */
function readTyping(event: unknown): TypingNow | undefined {
  const { type, room_id: roomId, content } = (event ?? {}) as Record<string, unknown>;
  const ids = (content as { user_ids?: unknown } | null | undefined)?.user_ids;
  if (type !== 'm.typing' || typeof roomId !== 'string' || !Array.isArray(ids)) return undefined;
  const userIds = new Set(ids.slice(0, TYPISTS).filter((id) => typeof id === 'string') as MatrixUserId[]);
  return { roomId: roomId as MatrixRoomId, userIds };
}

/** Begins with those who began, ends with those who ended: the event has everybody who types in the room. */
function follow(
  options: Wired,
  typists: Map<string, AbortController>,
  portal: Portal,
  { userIds }: TypingNow,
  quietly: (work: Promise<void>) => void,
): void {
  const room = `${portal.id} `;
  for (const [key, ending] of typists) {
    if (key.startsWith(room) && !userIds.has(key.slice(room.length) as MatrixUserId)) ending.abort();
  }
  for (const userId of userIds) {
    const key = `${room}${userId}`;
    if (typists.has(key) || typists.size >= TYPISTS) continue;
    const ending = new AbortController();
    typists.set(key, ending);
    quietly(
      showInWorkspace(options, portal, userId, AbortSignal.any([ending.signal, options.signal])).finally(() =>
        typists.delete(key),
      ),
    );
  }
}

async function showInWorkspace(
  { parts, puppets, settings, signal: stopping }: Wired,
  portal: Portal,
  userId: MatrixUserId,
  ended: AbortSignal,
): Promise<void> {
  if (!parts.access.admitsUser(userId)) return;
  const person = await memberOf(parts, portal, await parts.store.people.byMatrixUser(userId));
  if (person?.kind !== 'puppet') return;
  const { api, alias } = await puppets.inRoom(portal, userId);
  if (alias !== undefined) return;
  const shownName = (await settings()).realNames ? person.displayName : person.username;
  const until = parts.clock.now() + LONGEST_MS;
  while (!ended.aborted && parts.clock.now() < until) {
    await api.setTyping(portal.workspaceRoomId, shownName, true);
    await parts.clock.sleep(RENEW_MS, ended).catch(() => {});
  }
  if (!stopping.aborted) await api.setTyping(portal.workspaceRoomId, shownName, false);
}

async function showOnMatrix(
  { parts, settings }: Wired,
  typists: Map<string, number>,
  portal: Portal,
  { username, typing }: Extract<RealtimeNews, { kind: 'typing' }>,
): Promise<void> {
  const person = (await settings()).realNames
    ? await onlyMemberNamed(parts, portal, username)
    : await memberOf(parts, portal, await parts.store.people.byUsername('ghost', username));
  if (person?.kind !== 'ghost' || portal.matrixRoomId === undefined) return;
  const key = `${portal.id} ${person.id}`;
  const now = parts.clock.now();
  if (typing && now - (typists.get(key) ?? 0) < MATRIX_RENEW_MS) return;
  if (!typing) typists.delete(key);
  else if (typists.size < TYPISTS || typists.has(key)) typists.set(key, now);
  else return forgetOld(typists, now);
  await parts.homeserver.as(person.matrixUserId).setTyping(portal.matrixRoomId, typing, MATRIX_TIMEOUT_MS);
}

/** Where the workspace shows real names, two people may share one: then nobody is shown typing. */
async function onlyMemberNamed(parts: BridgeParts, portal: Portal, name: string): Promise<Profile | undefined> {
  const [one, another] = await parts.store.people.membersNamed(
    portal.id,
    'ghost',
    nameOnMatrix({ name, username: name }),
  );
  return another === undefined && one?.ready === true ? one : undefined;
}

function forgetOld(typists: Map<string, number>, now: number): void {
  for (const [key, at] of typists) if (now - at > MATRIX_TIMEOUT_MS) typists.delete(key);
}
