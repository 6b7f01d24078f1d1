import type { WorkspaceUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { DirectRoom } from '../../rocketchat/types.ts';
import { roomLane } from '../../store/lane-names.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { Person } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { classify } from '../failures.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import type { Puppets } from '../workspace/puppets.ts';
import { DIRECT_ROW } from './invite.ts';
import { DIRECTS_SEEN, OVERLAP_MS } from './opening.ts';
import { unknownMessages } from './unknown-message.ts';

/** So many rooms are remembered as looked at; then all within the overlap are looked at anew. */
const REMEMBERED = 5_000;

interface DiscoverOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly puppets: Puppets;
  /** Rows were recorded in that lane. */
  readonly recorded: (lane: string) => void;
}

/** Answers what changed since the last time, of those that are open. */
export type Discover = () => Promise<readonly Portal[]>;

/**
 * Finds direct messages in which somebody wrote to a puppet, which our bot hears nothing of: the list of everybody's
 * is read from its newest end, which is one small request while little happens. A first message of a new one is
 * recorded together with the time up to which all was seen.
 */
export function createDiscover({ parts, portals, puppets, recorded }: DiscoverOptions): Discover {
  const seenOf = new Map<string, number>();

  /** undefined: nothing in it is ours to carry. */
  const rowFor = async (room: DirectRoom, since: number): Promise<NewInboxRow | undefined> => {
    const reader = await firstPuppet(parts, room.userIds);
    if (reader === undefined) return undefined;
    const about = await unknownIn(room, reader, since);
    if (about === undefined) return undefined;
    return {
      side: 'workspace',
      lane: roomLane(room.id),
      key: `${DIRECT_ROW}|${room.id}|${about}`,
      ref: room.id,
      type: DIRECT_ROW,
      order: 0,
      body: JSON.stringify({ since, reader: reader.matrixUserId }),
    };
  };

  /** One that can't be read must not keep the others from being found: its row is tried, and set aside. */
  const unknownIn = async (room: DirectRoom, reader: Person, since: number): Promise<string | undefined> => {
    try {
      const { api } = await puppets.account(reader.matrixUserId);
      // By the newest, so that each message asks again where one before was refused.
      return (await unknownMessages(parts, api, room.id, since)).at(-1)?.id;
    } catch (error) {
      if (!isAboutRoom(error)) throw error;
      return `unread ${room.updatedAt}`;
    }
  };

  return async () => {
    // From the first run on, when there is nobody yet whom one could write to.
    const since = await seenSince(parts);
    // No puppet, no direct message with one.
    if ((await parts.store.people.count()).puppets === 0) return [];
    const from = since - OVERLAP_MS;
    const rooms = await parts.workspace.changedDirectRooms(from);
    const rows: NewInboxRow[] = [];
    const changed: Portal[] = [];
    const news = rooms.filter(({ id, updatedAt }) => seenOf.get(id) !== updatedAt);
    for (const room of news) {
      const portal = portals.ofWorkspaceRoom(room.id);
      if (portal?.state === 'active') changed.push(portal);
      else if (portal?.roomType !== 'c' && portal?.roomType !== 'p') {
        const row = await rowFor(room, from);
        if (row !== undefined) rows.push(row);
      }
    }
    const newest = Math.max(since, ...rooms.map(({ updatedAt }) => updatedAt));
    if (rows.length > 0 || newest > since) {
      const cursors = [{ name: DIRECTS_SEEN, value: String(newest) }];
      const inserted = await parts.store.inbox.record({ rows, cursors });
      for (const lane of new Set(inserted.map((row) => row.lane))) recorded(lane);
    }
    if (seenOf.size > REMEMBERED) seenOf.clear();
    for (const { id, updatedAt } of news) seenOf.set(id, updatedAt);
    return changed;
  };
}

/** Whatever the server answers may be for this room alone; only where it asks for patience, or is not there, it is not. */
function isAboutRoom(error: unknown): boolean {
  const verdict = classify(error, { asPerson: true });
  if (verdict.about !== 'side') return verdict.about !== 'store';
  return verdict.counts && error instanceof RemoteError && error.failure !== 'network' && error.failure !== 'timeout';
}

/** What was written before this bridge was first run is nobody's to carry. */
async function seenSince({ store, workspace }: BridgeParts): Promise<number> {
  const seen = await store.cursor(DIRECTS_SEEN);
  if (seen !== undefined) return Number(seen);
  const { serverTime } = await workspace.info();
  await store.setCursor(DIRECTS_SEEN, String(serverTime));
  return serverTime;
}

/** Read by one alone, the same each time. A conversation with the bot itself is none of two people. */
async function firstPuppet(parts: BridgeParts, userIds: readonly WorkspaceUserId[]): Promise<Person | undefined> {
  if (userIds.includes(parts.identity.workspaceBot)) return undefined;
  for (const id of userIds.toSorted()) {
    const person = (await parts.isOwnAccount(id)) ? await parts.store.people.byWorkspaceUser(id) : undefined;
    if (person !== undefined) return person;
  }
  return undefined;
}
