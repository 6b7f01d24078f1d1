import { eventFor } from './client-event.ts';
import { presenceSince, receiptEvent, typingIn } from './ephemeral.ts';
import { type Answer, integerQuery, type MatrixRequest } from './http.ts';
import { isObject, type JsonObject, objectOr } from './json.ts';
import { invalid, MatrixError } from './matrix-error.ts';
import { type Requester, requesterOf } from './requester.ts';
import { canSee, membershipAt, membershipOf, membersOf, placeBefore } from './room-state.ts';
import type { Account, Homeserver, Room, StoredEvent } from './state.ts';
import { strippedState } from './stripped-state.ts';

/** Where a /sync token stands: in the stream of events and in that of typing and receipts. */
interface Place {
  readonly events: number;
  readonly ephemeral: number;
}

const tokenOf = (place: Place): string => `s${place.events}_${place.ephemeral}`;

function parseToken(token: string): Place {
  const parts = /^s(\d+)_(\d+)$/.exec(token);
  if (parts === null) throw invalid(`Invalid stream token ${token}`);
  return { events: Number(parts[1]), ephemeral: Number(parts[2]) };
}

/** Long-polls for people. The bot of an application service gets the 500 that Synapse answers it. */
export async function sync(hs: Homeserver, request: MatrixRequest): Promise<Answer> {
  const requester = requesterOf(hs, request);
  const account = hs.disk.accounts.get(requester.userId);
  if (account === undefined || requester.userId === requester.service?.sender)
    throw new MatrixError(500, 'M_UNKNOWN', 'Internal server error');
  const token = request.query.get('since');
  const since = token === null ? undefined : parseToken(token);
  const limit = timelineLimit(account, request.query.get('filter'));
  const full = since === undefined || request.query.get('full_state') === 'true';
  const until = hs.clock.now() + (full ? 0 : integerQuery(request.query, 'timeout', 0));
  for (;;) {
    const now: Place = { events: hs.disk.stream.length, ephemeral: hs.disk.ephemeralStream };
    const rooms = roomsSince(hs, requester, since, now, limit, full);
    const presence = presenceSince(hs, account.userId, since?.ephemeral ?? 0);
    const left = until - hs.clock.now();
    if (
      full ||
      left <= 0 ||
      presence.length > 0 ||
      Object.values(rooms).some((group) => Object.keys(group).length > 0) ||
      request.gone.aborted
    ) {
      return {
        json: {
          next_batch: tokenOf(now),
          rooms,
          account_data: { events: full ? globalData(account) : [] },
          presence: { events: presence },
          to_device: { events: [] },
          device_lists: { changed: [], left: [] },
          device_one_time_keys_count: {},
        },
      };
    }
    await change(hs, left, request.gone);
  }
}

/** Resolves at the next change, after `ms`, or when the caller is gone. */
async function change(hs: Homeserver, ms: number, gone: AbortSignal): Promise<void> {
  const done = new AbortController();
  const wake = (): void => done.abort(new Error('changed'));
  hs.memory.waiters.add(wake);
  const { signal: life } = hs.memory.life;
  await hs.clock.sleep(ms, AbortSignal.any([done.signal, gone, life])).catch((error: unknown) => {
    if (!done.signal.aborted && !gone.aborted && !life.aborted) throw error;
  });
  hs.memory.waiters.delete(wake);
  life.throwIfAborted();
}

function timelineLimit(account: Account, filter: string | null): number {
  let parsed: unknown = filter === null ? undefined : account.filters[Number(filter)];
  if (filter?.startsWith('{') === true) {
    try {
      parsed = JSON.parse(filter);
    } catch {
      throw invalid('Invalid filter');
    }
  }
  const limit = objectOr(objectOr(objectOr(parsed)['room'])['timeline'])['limit'];
  return typeof limit === 'number' ? Math.min(limit, 100) : 10;
}

const globalData = (account: Account): JsonObject[] =>
  [...account.accountData]
    .filter(([key]) => key.startsWith('\0'))
    .map(([key, content]) => ({ type: key.slice(1), content }));

function roomsSince(
  hs: Homeserver,
  requester: Requester,
  since: Place | undefined,
  now: Place,
  limit: number,
  full: boolean,
) {
  const join: Record<string, unknown> = {};
  const invite: Record<string, unknown> = {};
  const leave: Record<string, unknown> = {};
  const knock: Record<string, unknown> = {};
  for (const room of hs.disk.rooms.values()) {
    const membership = membershipOf(room, requester.userId);
    const changed = (room.memberships.get(requester.userId)?.at(-1)?.stream ?? 0) > (since?.events ?? 0);
    if (membership === 'join') {
      const entry = joinedRoom(hs, room, requester, since, now, limit, full);
      if (entry !== undefined) join[room.roomId] = entry;
    } else if (membership === 'invite' && (changed || full)) {
      invite[room.roomId] = { invite_state: { events: stripped(room, requester.userId) } };
    } else if (membership === 'knock' && (changed || full)) {
      knock[room.roomId] = { knock_state: { events: stripped(room, requester.userId) } };
    } else if ((membership === 'leave' || membership === 'ban') && changed && since !== undefined) {
      leave[room.roomId] = joinedRoom(hs, room, requester, since, now, limit, false);
    }
  }
  return { join, invite, leave, knock };
}

function joinedRoom(
  hs: Homeserver,
  room: Room,
  requester: Requester,
  since: Place | undefined,
  now: Place,
  limit: number,
  full: boolean,
): JsonObject | undefined {
  const wasJoined = since !== undefined && membershipAt(room, requester.userId, since.events) === 'join';
  const start = wasJoined ? since.events : 0;
  const unseen = room.timeline.filter(
    (event) => event.stream > start && event.stream <= now.events && canSee(room, requester.userId, event),
  );
  const ephemeral = ephemeralSince(hs, room, since);
  if (unseen.length === 0 && ephemeral.length === 0 && !full && wasJoined) return undefined;
  const timeline = limit === 0 ? [] : unseen.slice(-limit);
  const limited = timeline.length < unseen.length;
  const first = timeline[0]?.stream ?? now.events + 1;
  const before = timeline[0] === undefined ? now.events : placeBefore(room, timeline[0]);
  const state = full || !wasJoined || limited ? stateBefore(room, first, full || !wasJoined ? 0 : start) : [];
  const show = (events: readonly StoredEvent[]): JsonObject[] =>
    events.map((event) => withoutRoom(eventFor(hs, room, event, requester, 'plain')));
  return {
    timeline: { events: show(timeline), limited, prev_batch: `t${before}-${before}` },
    state: { events: show(state) },
    account_data: { events: [] },
    ephemeral: { events: ephemeral },
    unread_notifications: { notification_count: 0, highlight_count: 0 },
    summary: {
      'm.joined_member_count': membersOf(room, 'join').length,
      'm.invited_member_count': membersOf(room, 'invite').length,
    },
  };
}

/** The state just before the timeline begins, as far as it changed after `from`. */
function stateBefore(room: Room, first: number, from: number): StoredEvent[] {
  const state = new Map<string, StoredEvent>();
  for (const event of room.timeline) {
    if (event.stream >= first) break;
    if (event.stateKey !== undefined && event.stream > from) state.set(`${event.type}\0${event.stateKey}`, event);
  }
  return [...state.values()];
}

function ephemeralSince(hs: Homeserver, room: Room, since: Place | undefined): JsonObject[] {
  const from = since?.ephemeral ?? 0;
  const events: JsonObject[] = [];
  const receipts = [...room.receipts.values()].filter((receipt) => receipt.stream > from && receipt.type === 'm.read');
  if (receipts.length > 0) events.push(receiptEvent(receipts));
  if ((hs.memory.typing.get(room.roomId)?.stream ?? 0) > from)
    events.push({ type: 'm.typing', content: { user_ids: typingIn(hs, room.roomId) } });
  return events;
}

const stripped = (room: Room, userId: string): JsonObject[] =>
  strippedState(room, userId).map((event) => ({
    type: event.type,
    state_key: event.stateKey,
    sender: event.sender,
    content: event.content,
  }));

function withoutRoom(event: JsonObject): JsonObject {
  const { room_id: _, ...rest } = event;
  const because = objectOr(rest['unsigned'])['redacted_because'];
  return isObject(because)
    ? { ...rest, unsigned: { ...objectOr(rest['unsigned']), redacted_because: withoutRoom(because) } }
    : rest;
}
