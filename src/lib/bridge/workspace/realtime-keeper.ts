import type { RealtimeInterest, RealtimeNews } from '../../rocketchat/realtime-news.ts';
import type { RealtimeHandlers, RealtimeSession } from '../../rocketchat/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Breaker } from '../breaker.ts';
import type { CatchUps } from '../catch-ups.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { createHearing } from './hearing.ts';
import { createWorkspaceSource } from './source.ts';

const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

interface RealtimeKeeperOptions {
  readonly parts: BridgeParts;
  readonly realtime: (handlers: RealtimeHandlers) => Promise<RealtimeSession>;
  readonly portals: PortalIndex;
  readonly catchUps: CatchUps;
  readonly breaker: Breaker;
  readonly wake: (lane: string) => void;
  readonly signal: AbortSignal;
  /** What the session has to tell of besides messages. */
  readonly wants: readonly RealtimeInterest[];
  readonly onNews: (news: RealtimeNews) => void;
}

export interface RealtimeKeeper {
  /** Connected, logged in and subscribed. */
  isUp(): boolean;
  reconnect(reason: string): void;
  watch(portal: Portal): void;
  unwatch(portal: Portal): Promise<void>;
  /** Resolves when all that it brought so far is on disk. */
  flushed(): Promise<void>;
  /** See `createHearing`. */
  hears(): Promise<number | undefined>;
  /** Until the signal aborts. */
  run(): Promise<void>;
  close(): Promise<void>;
}

/** Keeps the bot's realtime session: what it brings goes to the source, what it missed to the catch-up. */
export function createRealtimeKeeper(options: RealtimeKeeperOptions): RealtimeKeeper {
  const { parts, portals, catchUps, wake, signal } = options;
  let session: RealtimeSession | undefined;
  let up = false;
  const source = createWorkspaceSource(parts, portals, wake, (reason) => session?.reconnect(reason));
  const hearing = createHearing(parts);
  const watch = (portal: Portal): void => {
    // The bot hears nothing of a direct message.
    if (portal.direct !== undefined) return;
    session?.watchRoom(portal.workspaceRoomId).catch((error: unknown) => {
      parts.log('warn', 'realtime.not-watching', { portal: portal.name, reason: (error as Error).message });
    });
  };
  const lost = (reason: string): void => {
    up = false;
    catchUps.lost('workspace');
    parts.log('warn', 'realtime.lost', { reason });
  };

  /** Resolves when the server ended the session for good: it takes the token no longer. */
  const runSession = async (): Promise<void> => {
    const ended = Promise.withResolvers<void>();
    session = await options.realtime({
      onEvent(event) {
        hearing.onEvent(event);
        source.take(event);
      },
      wants: options.wants,
      onNews: options.onNews,
      onLost: lost,
      onReady() {
        up = true;
        parts.log('info', 'realtime.ready', { rooms: portals.all().length });
        // It may have been upgraded meanwhile: what it offers is read anew.
        void parts.workspace.info().catch(() => {});
        void source.flushed().then(() => catchUps.all('workspace'));
      },
      onRoomWatched(roomId) {
        const portal = portals.ofWorkspaceRoom(roomId);
        if (portal?.state === 'active') void source.flushed().then(() => catchUps.one('workspace', portal));
      },
      onRefused(error) {
        lost(error.message);
        ended.reject(error);
      },
    });
    for (const portal of portals.all()) watch(portal);
    await session.start(signal);
    signal.addEventListener('abort', () => ended.resolve(), { once: true });
    await ended.promise;
  };

  return {
    isUp: () => up,
    reconnect: (reason) => session?.reconnect(reason),
    watch,
    unwatch: async (portal) => {
      if (portal.direct === undefined) await session?.unwatchRoom(portal.workspaceRoomId);
    },
    flushed: () => source.flushed(),
    hears: () => hearing.hears(),
    async run() {
      let delay = RETRY_MS;
      while (!signal.aborted) {
        try {
          await runSession();
        } catch (error) {
          if (signal.aborted) return;
          await session?.close().catch(() => {});
          parts.log('error', 'realtime.refused', { reason: (error as Error).message });
          options.breaker.open((error as Error).message);
          await parts.clock.sleep(delay, signal).catch(() => {});
          delay = Math.min(delay * 2, LONGEST_RETRY_MS);
        }
      }
    },
    async close() {
      await session?.close();
      await source.flushed();
    },
  };
}
