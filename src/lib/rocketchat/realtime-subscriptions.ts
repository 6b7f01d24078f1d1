import type { Clock } from '../core/clock.ts';
import type { WorkspaceRoomId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { RealtimeConnection } from './realtime-session.ts';

/** The rooms whose deletions are wanted, kept across connections, and what each connection has of them. */
export interface RealtimeSubscriptions {
  watch(roomId: WorkspaceRoomId): Promise<void>;
  unwatch(roomId: WorkspaceRoomId): Promise<void>;
  /**
   * Resolves when all messages are subscribed to. The wanted rooms follow, one after another: the server's
   * limiter lets through about one a second, and nobody should wait for hundreds.
   */
  attach(connection: RealtimeConnection): Promise<void>;
  detach(): void;
  /** Rejects what still waits. */
  close(error: RemoteError): void;
}

const UNKNOWN_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

/** One connection's share: id by room, rooms the server refused. */
interface Attached {
  readonly connection: RealtimeConnection;
  readonly ids: Map<WorkspaceRoomId, string>;
  readonly refused: Set<WorkspaceRoomId>;
  draining: Promise<void> | undefined;
}

/** @param watched is called each time a room's deletions are subscribed to, on every new connection again. */
export function createRealtimeSubscriptions(
  clock: Clock,
  log: Log,
  watched: (roomId: WorkspaceRoomId) => void,
): RealtimeSubscriptions {
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
    let id: string;
    try {
      id = await paced(here.connection, clock, 'stream-notify-room', `${roomId}/deleteMessage`);
    } catch (error) {
      if (!(error instanceof RemoteError) || error.failure !== 'refused') throw error;
      // Asked for just now: the caller learns it. Asked for before the connection was lost: it may
      // come back (the account was removed from the room), so the next connection tries again.
      if (settle(roomId, (one) => one.reject(error))) wanted.delete(roomId);
      else log('warn', 'realtime.room-refused', { roomId, code: error.code });
      here.refused.add(roomId);
      return;
    }
    if (!wanted.has(roomId)) return await release(here.connection, id);
    here.ids.set(roomId, id);
    settle(roomId, (one) => one.resolve());
    watched(roomId);
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
  const drain = (here: Attached): void => {
    if (here.draining !== undefined || nextFor(here) === undefined) return;
    here.draining = subscribeWanted(here);
    here.draining.catch((error: unknown) => here.connection.drop(`a subscription failed: ${String(error)}`));
  };

  return {
    async watch(roomId) {
      if (closed) throw closed;
      wanted.add(roomId);
      if (attached?.ids.has(roomId)) return;
      attached?.refused.delete(roomId);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.set(roomId, [...(waiting.get(roomId) ?? []), { resolve, reject }]);
      if (attached) drain(attached);
      await promise;
    },
    async unwatch(roomId) {
      wanted.delete(roomId);
      settle(roomId, (one) => one.resolve());
      const id = attached?.ids.get(roomId);
      attached?.ids.delete(roomId);
      if (attached && id !== undefined) await release(attached.connection, id);
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
