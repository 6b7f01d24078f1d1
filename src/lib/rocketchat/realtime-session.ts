import { randomInt } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { WorkspaceUserId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { RemoteError } from '../core/remote-error.ts';
import { commonTopics, eventFrom, newsFrom, roomEvents } from './realtime-events.ts';
import { createRealtimeSubscriptions, type RealtimeSubscriptions } from './realtime-subscriptions.ts';
import type { RealtimeHandlers, RealtimeSession } from './types.ts';

/** One connection to the server, from handshake to loss. */
export interface RealtimeConnection {
  /** Resolves once, with the reason. Nothing is delivered afterwards. */
  readonly lost: Promise<string>;
  /** Aborts when the connection is lost. */
  readonly ended: AbortSignal;
  /** @throws RemoteError with status 401 when the token is refused. */
  login(): Promise<void>;
  /** The subscription's id once the server says it is ready. @throws RemoteError */
  subscribe(stream: string, key: string): Promise<string>;
  unsubscribe(id: string): Promise<void>;
  drop(reason: string): void;
  /** Says goodbye; resolves when the connection is gone. */
  close(): Promise<void>;
}

/** Connects; `onEvent` gets each stream event: stream, event name, arguments. @throws RemoteError */
export type OpenRealtime = (
  onEvent: (stream: string, name: string, args: readonly unknown[]) => void,
  signal: AbortSignal,
) => Promise<RealtimeConnection>;

interface SessionOptions {
  readonly open: OpenRealtime;
  /** Whose session it is. */
  readonly userId: WorkspaceUserId;
  readonly clock: Clock;
  readonly log: Log;
  readonly handlers: RealtimeHandlers;
  readonly longestPauseMs?: number | undefined;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A connection that lasted this long makes the next pause the shortest again. */
const STEADY_MS = 30_000;

/** Keeps one connection at a time, with a pause that grows and varies between them, until closed. */
export function runRealtimeSession(options: SessionOptions): RealtimeSession {
  const { clock, log, handlers } = options;
  const wants = handlers.wants ?? [];
  const subscriptions = createRealtimeSubscriptions({
    clock,
    log,
    common: commonTopics(wants, options.userId),
    roomEvents: roomEvents(wants),
    watched: (roomId) => handlers.onRoomWatched?.(roomId),
  });
  const stop = new AbortController();
  const started = Promise.withResolvers<void>();
  started.promise.catch(() => {}); // Nobody may be waiting when the session is closed.
  let current: RealtimeConnection | undefined;
  let running: Promise<void> | undefined;
  let wasReady = false;

  const onEvent: Parameters<OpenRealtime>[0] = (stream, name, args) => {
    const event = eventFrom(stream, name, args);
    if (event) return handlers.onEvent(event);
    const news = handlers.onNews && newsFrom(stream, name, args);
    if (news) notify(() => handlers.onNews?.(news));
  };

  const hold = async (connection: RealtimeConnection): Promise<void> => {
    const began = clock.now();
    if (!wasReady) started.resolve();
    wasReady = true;
    notify(() => handlers.onReady(), connection);
    const reason = await connection.lost;
    subscriptions.detach();
    if (stop.signal.aborted) return;
    log('warn', 'realtime.lost', { reason, afterMs: clock.now() - began });
    notify(() => handlers.onLost(reason));
  };

  const run = async (): Promise<void> => {
    for (let tries = 0; !stop.signal.aborted; tries += 1) {
      let wait = 0;
      try {
        current = await connected(options.open, onEvent, subscriptions, stop.signal);
        const began = clock.now();
        await hold(current);
        if (clock.now() - began >= STEADY_MS) tries = 0;
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof RemoteError && error.status === 401) return refuse(error);
        if (error instanceof RemoteError) wait = error.patienceMs ?? 0;
        log('warn', 'realtime.no-connection', { tries: tries + 1, error: String(error) });
      } finally {
        current = undefined;
      }
      const pause = Math.max(wait, pauseAfter(tries, options.longestPauseMs ?? LONGEST_PAUSE_MS));
      await clock.sleep(pause, stop.signal).catch(() => {});
    }
  };

  const refuse = (error: RemoteError): void => {
    stop.abort();
    subscriptions.close(error);
    if (wasReady) notify(() => handlers.onRefused(error));
    else started.reject(error);
  };

  const notify = (tell: () => void, connection?: RealtimeConnection): void => {
    try {
      tell();
    } catch (error) {
      log('error', 'realtime.handler-failed', { error: String(error) });
      connection?.drop('a handler failed');
    }
  };

  const close = async (): Promise<void> => {
    stop.abort();
    subscriptions.close(closedError());
    if (!wasReady) started.reject(closedError());
    await current?.close();
    await running;
  };

  return {
    async start(signal) {
      const onAbort = (): void => {
        started.reject(signal?.reason);
        void close();
      };
      signal?.throwIfAborted();
      signal?.addEventListener('abort', onAbort, { once: true });
      running ??= run();
      try {
        await started.promise;
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },
    watchRoom: (roomId) => subscriptions.watch(roomId),
    unwatchRoom: (roomId) => subscriptions.unwatch(roomId),
    reconnect: (reason) => current?.drop(reason),
    close,
  };
}

/** A connection that is logged in and brings all messages; the rooms' deletions follow. */
async function connected(
  open: OpenRealtime,
  onEvent: Parameters<OpenRealtime>[0],
  subscriptions: RealtimeSubscriptions,
  signal: AbortSignal,
): Promise<RealtimeConnection> {
  const connection = await open(onEvent, signal);
  try {
    await connection.login();
    await subscriptions.attach(connection);
    return connection;
  } catch (error) {
    subscriptions.detach();
    connection.drop('not usable');
    throw error;
  }
}

/** Doubles from half a second on, and varies by half so that clients of one server do not return together. */
function pauseAfter(tries: number, longest: number): number {
  const full = Math.min(longest, FIRST_PAUSE_MS * 2 ** Math.min(tries, 16));
  return full / 2 + randomInt(Math.floor(full / 2) + 1);
}

function closedError(): RemoteError {
  return new RemoteError({
    side: 'workspace',
    failure: 'network',
    request: 'DDP session',
    answer: 'the session was closed',
  });
}
