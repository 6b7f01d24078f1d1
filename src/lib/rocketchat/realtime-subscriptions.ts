import type { Clock } from '../core/clock.ts';
import type { WorkspaceRoomId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { RealtimeTopic } from './realtime-events.ts';
import type { RealtimeConnection } from './realtime-session.ts';

/** The rooms that are watched, kept across connections, and what each connection has of them. */
export interface RealtimeSubscriptions {
  watch(roomId: WorkspaceRoomId): Promise<void>;
  unwatch(roomId: WorkspaceRoomId): Promise<void>;
  /**
   * Resolves when all messages are subscribed to. Everything else follows, one after another: the server's
   * limiter lets through about one a second, and nobody should wait for hundreds.
   */
  attach(connection: RealtimeConnection): Promise<void>;
  detach(): void;
  /** Rejects what still waits. */
  close(error: RemoteError): void;
}

export interface RealtimeWishes {
  readonly clock: Clock;
  readonly log: Log;
  /** Wanted once on each connection; best effort. */
  readonly common: readonly RealtimeTopic[];
  /** Events wanted of each watched room besides its deletions; best effort, and after those of all rooms. */
  readonly roomEvents: readonly string[];
  /** Called each time a room's deletions are subscribed to, on every new connection again. */
  readonly watched: (roomId: WorkspaceRoomId) => void;
}

const UNKNOWN_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const DELETIONS = 'deleteMessage';

interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

/** A topic, and the room whose it is. */
interface Wish extends RealtimeTopic {
  readonly roomId?: WorkspaceRoomId;
  /** Somebody may be waiting for it. */
  readonly awaited: boolean;
}

/** One connection's share: ids by key, keys that the server refused. */
interface Attached {
  readonly connection: RealtimeConnection;
  readonly ids: Map<string, string>;
  readonly refused: Set<string>;
  draining: Promise<void> | undefined;
}

export function createRealtimeSubscriptions(wishes: RealtimeWishes): RealtimeSubscriptions {
  const { clock, log, watched } = wishes;
  const wanted = new Set<WorkspaceRoomId>();
  const waiting = new Map<WorkspaceRoomId, Waiting[]>();
  let attached: Attached | undefined;
  let closed: RemoteError | undefined;

  const settle = (roomId: WorkspaceRoomId, how: (one: Waiting) => void): boolean => {
    const all = waiting.get(roomId) ?? [];
    waiting.delete(roomId);
    for (const one of all) how(one);
    return all.length > 0;
  };

  /** Asked for just now: the caller learns it. Before the connection was lost: it may come back, so the next one tries again. */
  const refuse = ({ roomId, key, awaited }: Wish, error: RemoteError): void => {
    if (roomId !== undefined && awaited && settle(roomId, (one) => one.reject(error))) wanted.delete(roomId);
    else log(awaited ? 'warn' : 'debug', 'realtime.room-refused', { roomId, key, code: error.code });
  };

  const subscribe = async (here: Attached, wish: Wish): Promise<void> => {
    const { stream, key, roomId } = wish;
    let id: string;
    try {
      id = await paced(here.connection, clock, stream, key);
    } catch (error) {
      if (!(error instanceof RemoteError) || error.failure !== 'refused') throw error;
      here.refused.add(key);
      return refuse(wish, error);
    }
    if (roomId !== undefined && !wanted.has(roomId)) return await release(here.connection, id);
    here.ids.set(key, id);
    if (roomId === undefined || !wish.awaited) return;
    settle(roomId, (one) => one.resolve());
    watched(roomId);
  };

  const nextFor = (here: Attached): Wish | undefined => {
    for (const wish of allWishes(wishes, wanted))
      if (!here.ids.has(wish.key) && !here.refused.has(wish.key)) return wish;
    return undefined;
  };

  const subscribeWanted = async (here: Attached): Promise<void> => {
    try {
      for (let next = nextFor(here); next !== undefined; next = nextFor(here)) await subscribe(here, next);
    } finally {
      // In the same step as the last look at `wanted`: a room wanted later finds nobody at work.
      here.draining = undefined;
    }
  };

  /** One at a time: the server's limiter counts subscriptions by connection. */
  const drain = (here: Attached): void => {
    if (here.draining !== undefined || nextFor(here) === undefined) return;
    here.draining = subscribeWanted(here);
    here.draining.catch((error: unknown) => here.connection.drop(`a subscription failed: ${String(error)}`));
  };

  return {
    async watch(roomId) {
      if (closed) throw closed;
      wanted.add(roomId);
      if (attached?.ids.has(roomKey(roomId, DELETIONS))) return;
      attached?.refused.delete(roomKey(roomId, DELETIONS));
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.set(roomId, [...(waiting.get(roomId) ?? []), { resolve, reject }]);
      if (attached) drain(attached);
      await promise;
    },
    async unwatch(roomId) {
      wanted.delete(roomId);
      settle(roomId, (one) => one.resolve());
      for (const event of [DELETIONS, ...wishes.roomEvents]) {
        const key = roomKey(roomId, event);
        const id = attached?.ids.get(key);
        attached?.ids.delete(key);
        attached?.refused.delete(key);
        if (attached && id !== undefined) await release(attached.connection, id);
      }
    },
    async attach(connection) {
      await paced(connection, clock, 'stream-room-messages', '__my_messages__');
      attached = { connection, ids: new Map(), refused: new Set(), draining: undefined };
      drain(attached);
    },
    detach() {
      attached = undefined;
    },
    close(error) {
      closed = error;
      attached = undefined;
      for (const roomId of waiting.keys()) settle(roomId, (one) => one.reject(error));
    },
  };
}

function roomKey(roomId: WorkspaceRoomId, event: string): string {
  return `${roomId}/${event}`;
}

/** In the order in which they are to be had: common ones are few, and deletions are what must not be missed. */
function* allWishes({ common, roomEvents }: RealtimeWishes, rooms: ReadonlySet<WorkspaceRoomId>): Generator<Wish> {
  for (const topic of common) yield { ...topic, awaited: false };
  const stream = 'stream-notify-room';
  for (const roomId of rooms) yield { stream, key: roomKey(roomId, DELETIONS), roomId, awaited: true };
  for (const event of roomEvents)
    for (const roomId of rooms) yield { stream, key: roomKey(roomId, event), roomId, awaited: false };
}

/** Subscribes, and waits as long as the server's limiter says where it has had enough. */
async function paced(connection: RealtimeConnection, clock: Clock, stream: string, key: string): Promise<string> {
  for (;;) {
    try {
      return await connection.subscribe(stream, key);
    } catch (error) {
      if (!(error instanceof RemoteError) || error.code !== 'too-many-requests') throw error;
      await clock.sleep(Math.min(error.retryAfterMs ?? UNKNOWN_WAIT_MS, LONGEST_WAIT_MS), connection.ended);
    }
  }
}

/** Best effort: what the server still sends for it is not asked about again. */
async function release(connection: RealtimeConnection, id: string): Promise<void> {
  await connection.unsubscribe(id).catch(() => {});
}
