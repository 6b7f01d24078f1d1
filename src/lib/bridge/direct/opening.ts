import type { MatrixRoomId, WorkspaceRoomId } from '../../core/ids.ts';
import type { InboxRow, Lane } from '../../store/inbox-types.ts';
import type { Portal, PortalId } from '../../store/portal-types.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import { wholeUpTo } from '../homeserver/catch-up.ts';
import type { BridgeParts } from '../parts.ts';
import type { OlderRooms } from './older-rooms.ts';
import { linkedAtCursor } from '../portal-index.ts';
import type { SerialByKey } from '../serial.ts';
import { caughtUpTo } from '../workspace/catch-up.ts';
import type { Puppets } from '../workspace/puppets.ts';
import { roomLane } from '../../store/lane-names.ts';

/** What direct messages are opened with. */
export interface OpeningParts {
  readonly parts: BridgeParts;
  readonly ghosts: Ghosts;
  readonly puppets: Puppets;
  /** Either side may begin the same one at the same moment: one after the other, by the room in Rocket.Chat. */
  readonly serial: SerialByKey<WorkspaceRoomId>;
  readonly older: OlderRooms;
  /** Records what the homeserver never pushed of a portal. Answers whether nothing of it is missing any more. */
  readonly seekMissed: (portal: Portal) => Promise<boolean>;
  /** Tells the running bridge of a portal that became active or was closed. */
  readonly portalChanged: (portal: Portal, linkedAt?: number) => Promise<void>;
  /** A row may go in that lane. */
  readonly wake: (lane: Lane) => void;
}

/**
 * opened: its portal is active, and took a row of Rocket.Chat's side along into its lane. later: another row must come first. else the
 * row is settled with the outcome.
 */
export type Opened = { readonly kind: 'opened' | 'later' } | { readonly kind: 'settled'; readonly outcome: string };

export const OPENED: Opened = { kind: 'opened' };
export const settled = (outcome: string): Opened => ({ kind: 'settled', outcome });

/** Name of the cursor that holds the workspace's time (ms) up to which all direct messages have been looked at. */
export const DIRECTS_SEEN = 'directs-seen';

/**
 * A message has the time at which it was written; the list of direct messages, that at which its room's document was,
 * some moments later and by several processes. A message from before the time up to which all was looked at may
 * so be new.
 */
export const OVERLAP_MS = 60_000;

/**
 * From when on (ms, the workspace's clock) a direct message's messages are carried over: what was written before it
 * was ever looked at waits for it. Where it goes on from an older Matrix room, what that one's portal did not carry
 * yet is carried too.
 */
export async function carriedSince({ parts, older }: OpeningParts, roomId: WorkspaceRoomId): Promise<number> {
  const { store, workspace } = parts;
  const times = [Number((await store.cursor(DIRECTS_SEEN)) ?? (await workspace.info()).serverTime) - OVERLAP_MS];
  const waiting = await store.inbox.head(roomLane(roomId), 'workspace');
  if (waiting !== undefined) times.push(sinceOf(waiting));
  const before = newestOf(older, roomId);
  const linkedAt = before === undefined ? undefined : await store.cursor(linkedAtCursor({ id: before }));
  if (linkedAt !== undefined) times.push(Number(linkedAt));
  return Math.max(Math.min(...times), await notRefused(parts, roomId));
}

/** Rocket.Chat is read from where that was done for the portal before. */
export async function readOn({ store }: BridgeParts, before: PortalId, portal: Portal): Promise<void> {
  const upTo = await store.cursor(caughtUpTo({ id: before }));
  if (upTo !== undefined) await setOnce({ store }, caughtUpTo(portal), upTo);
}

/** The portal whose Matrix room is the newest of a direct message's older ones. */
export function newestOf(older: OlderRooms, roomId: WorkspaceRoomId): PortalId | undefined {
  return older.all(roomId).reduce<PortalId | undefined>((id, each) => Math.max(id ?? 0, each.portalId), undefined);
}

const refusedCursor = (roomId: WorkspaceRoomId): string => `direct-refused:${roomId}`;

/** What was written up to `at` (ms, the workspace's) was refused, and said to be: it is not carried over later. */
export const refuseUpTo = ({ store }: Pick<BridgeParts, 'store'>, roomId: WorkspaceRoomId, at: number): Promise<void> =>
  store.setCursor(refusedCursor(roomId), String(at));

/** When what may be carried begins, ms; 0: nothing was refused. */
export const notRefused = async ({ store }: Pick<BridgeParts, 'store'>, roomId: WorkspaceRoomId): Promise<number> => {
  const refused = await store.cursor(refusedCursor(roomId));
  return refused === undefined ? 0 : Number(refused) + 1;
};

/** Body of a row that discovery made. */
export function sinceOf({ body }: Pick<InboxRow, 'body'>): number {
  return Number((JSON.parse(body ?? '{}') as { since?: unknown }).since ?? 0);
}

/** Sets a cursor that an opening which was cut short may have set before: the first one counts. */
async function setOnce({ store }: Pick<BridgeParts, 'store'>, name: string, value: string): Promise<string> {
  const known = await store.cursor(name);
  if (known === undefined) await store.setCursor(name, value);
  return known ?? value;
}

/** Everybody from Matrix who is heard in it. */
export async function setMembers({ store }: BridgeParts, portal: Portal, puppets: Iterable<string>): Promise<void> {
  for (const id of puppets) {
    const person = await store.people.byMatrixUser(id as never);
    if (person !== undefined) await store.people.setMember(portal.id, person.id, true);
  }
}

/** From now on it is carried: what waits for either room goes to its lane. `since` as {@link carriedSince} says. */
export async function activate(
  { parts, portalChanged }: OpeningParts,
  portal: Portal,
  matrixRoomId: MatrixRoomId,
  since: number,
): Promise<void> {
  const linkedAt = Number(await setOnce(parts, linkedAtCursor(portal), String(since)));
  await setOnce(parts, caughtUpTo(portal), String(linkedAt));
  parts.passed('open:ready');
  const active = await parts.store.portals.update(portal.id, { state: 'active', matrixRoomId });
  parts.log('info', 'direct.opened', { portal: active.name, room: matrixRoomId });
  await portalChanged(active, linkedAt);
}

/** Nothing before that event is carried from Matrix. */
export const beginAfter = (parts: BridgeParts, portal: Portal, eventId: string): Promise<string> =>
  setOnce(parts, wholeUpTo(portal), eventId);

/** `alice.example.org ↔ bob`: who is in it, those from Matrix first. */
export function directName(puppets: readonly string[], users: readonly string[]): string {
  return [puppets, users].map((names) => names.toSorted().join(', ')).join(' ↔ ');
}
