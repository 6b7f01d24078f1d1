import type { Clock } from '../core/clock.ts';
import type { WorkspaceRoomId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { RealtimeConnection } from './realtime-session.ts';

/** The rooms whose deletions are wanted, kept across connections, and what each connection has of them. */
export interface RealtimeSubscriptions {
  watch(roomId: WorkspaceRoomId): Promise<void>;
  unwatch(roomId: WorkspaceRoomId): Promise<void>;
  /** Subscribes to all messages, then to every wanted room; resolves when all are ready. */
  attach(connection: RealtimeConnection): Promise<void>;
  detach(): void;
  /** Rejects what still waits. */
  close(error: RemoteError): void;
}

const ROOM_EVENTS = ['deleteMessage', 'deleteMessageBulk'];
const UNKNOWN_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

/** One connection's share: ids by room, rooms the server refused. */
interface Attached {
  readonly connection: RealtimeConnection;
  readonly ids: Map<WorkspaceRoomId, readonly string[]>;
  readonly refused: Set<WorkspaceRoomId>;
  draining: Promise<void> | undefined;
  /** Only once everything wanted is ready do later rooms start work of their own. */
  complete: boolean;
}

export function createRealtimeSubscriptions(clock: Clock, log: Log): RealtimeSubscriptions {
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

  const subscribeRoom = async (here: Attached, roomId: WorkspaceRoomId): Promise<void> => {
    const ids: string[] = [];
    try {
      for (const event of ROOM_EVENTS) {
        ids.push(await paced(here.connection, clock, 'stream-notify-room', `${roomId}/${event}`));
      }
    } catch (error) {
      await release(here.connection, ids);
      if (!(error instanceof RemoteError) || error.failure !== 'refused') throw error;
      // Asked for just now: the caller learns it. Asked for before the connection was lost: it may
      // come back (the account was removed from the room), so the next connection tries again.
      if (settle(roomId, (one) => one.reject(error))) wanted.delete(roomId);
      else log('warn', 'realtime.room-refused', { roomId, code: error.code });
      here.refused.add(roomId);
      return;
    }
    if (!wanted.has(roomId)) return await release(here.connection, ids);
    here.ids.set(roomId, ids);
    settle(roomId, (one) => one.resolve());
  };

  const nextFor = (here: Attached): WorkspaceRoomId | undefined =>
    [...wanted].find((roomId) => !here.ids.has(roomId) && !here.refused.has(roomId));

  const subscribeWanted = async (here: Attached): Promise<void> => {
    try {
      for (let next = nextFor(here); next !== undefined; next = nextFor(here)) await subscribeRoom(here, next);
    } finally {
      // In the same step as the last look at `wanted`: a room wanted later finds nobody at work.
      here.draining = undefined;
    }
  };

  /** One at a time: the server's limiter counts subscriptions by connection. */
  const drain = (here: Attached): Promise<void> => {
    if (here.draining === undefined && nextFor(here) !== undefined) here.draining = subscribeWanted(here);
    return here.draining ?? Promise.resolve();
  };

  return {
    async watch(roomId) {
      if (closed) throw closed;
      wanted.add(roomId);
      if (attached?.ids.has(roomId)) return;
      attached?.refused.delete(roomId);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.set(roomId, [...(waiting.get(roomId) ?? []), { resolve, reject }]);
      const here = attached;
      if (here?.complete)
        drain(here).catch((error: unknown) => here.connection.drop(`a subscription failed: ${String(error)}`));
      await promise;
    },
    async unwatch(roomId) {
      wanted.delete(roomId);
      settle(roomId, (one) => one.resolve());
      const ids = attached?.ids.get(roomId);
      attached?.ids.delete(roomId);
      if (attached && ids) await release(attached.connection, ids);
    },
    async attach(connection) {
      const here: Attached = { connection, ids: new Map(), refused: new Set(), draining: undefined, complete: false };
      attached = here;
      await paced(connection, clock, 'stream-room-messages', '__my_messages__');
      await drain(here);
      here.complete = true;
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

/** Best effort: what the server still sends for them is not asked about again. */
async function release(connection: RealtimeConnection, ids: readonly string[]): Promise<void> {
  await Promise.allSettled(ids.map((id) => connection.unsubscribe(id)));
}
