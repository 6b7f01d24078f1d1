import type { RealtimeInterest, RealtimeNews } from '../../rocketchat/realtime-news.ts';
import type { RealtimeEvent, RealtimeHandlers, RealtimeSession, WorkspaceCredentials } from '../../rocketchat/types.ts';
import type { MatrixUserId, WorkspaceRoomId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { CatchUps } from '../catch-ups.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import type { Puppets } from '../workspace/puppets.ts';
import { type WorkspaceSource, createWorkspaceSource } from '../workspace/source.ts';

/** Community workspaces switch presence off above 200 connections: ours leave most of them to people. */
const MOST_SESSIONS = 50;
const IDLE_MS = 15 * 60 * 1000;

export interface DirectSessionsOptions {
  readonly parts: BridgeParts;
  readonly realtime: (handlers: RealtimeHandlers, as: WorkspaceCredentials) => Promise<RealtimeSession>;
  readonly portals: PortalIndex;
  readonly puppets: Puppets;
  readonly catchUps: CatchUps;
  /** Something was recorded in that lane. */
  readonly recorded: (lane: string) => void;
  readonly wants: readonly RealtimeInterest[];
  readonly onNews: (news: RealtimeNews) => void;
  readonly most?: number | undefined;
}

/** One puppet's ears. */
interface Session {
  usedAt: number;
  up: boolean;
  readonly rooms: Set<WorkspaceRoomId>;
  live: RealtimeSession | undefined;
  source: WorkspaceSource | undefined;
}

/** Realtime for the direct messages that are in use: what is said there is heard at once. All of it is also read. */
export interface DirectSessions {
  /** The portal is in use. */
  touch(portal: Portal): void;
  /** Whether what happens there is heard at once. */
  isUp(portal: Portal): boolean;
  /** Ends those that nobody used for a while. */
  sweep(): void;
  close(): Promise<void>;
}

export function createDirectSessions(options: DirectSessionsOptions): DirectSessions {
  const { parts, catchUps } = options;
  const sessions = new Map<MatrixUserId, Session>();
  const ending = new Set<Promise<void>>();

  const end = (puppet: MatrixUserId): void => {
    const session = sessions.get(puppet);
    sessions.delete(puppet);
    const closed = endSession(session).finally(() => ending.delete(closed));
    ending.add(closed);
  };
  const refused = (puppet: MatrixUserId, error: Error): void => {
    parts.log('warn', 'direct.session-refused', { puppet, reason: error.message });
    end(puppet);
    void options.puppets.distrustAccount(puppet).catch(() => {});
  };
  const begin = (puppet: MatrixUserId): Session => {
    const session: Session = { usedAt: 0, up: false, rooms: new Set(), live: undefined, source: undefined };
    sessions.set(puppet, session);
    const isWanted = (): boolean => sessions.get(puppet) === session;
    const onRefused = (error: Error): void => {
      if (isWanted()) refused(puppet, error);
    };
    start(options, puppet, session, { isWanted, refused: onRefused }).catch(onRefused);
    return session;
  };
  return {
    touch(portal) {
      const puppet = portal.direct?.puppet;
      if (puppet === undefined) return;
      const session = sessions.get(puppet) ?? begin(puppet);
      session.usedAt = parts.clock.now();
      // The last one in the map is the one that was used last.
      sessions.delete(puppet);
      sessions.set(puppet, session);
      if (!session.rooms.has(portal.workspaceRoomId)) {
        session.rooms.add(portal.workspaceRoomId);
        // Not heard of until it is watched; then it is caught up on.
        session.live?.watchRoom(portal.workspaceRoomId).catch(() => {});
        if (session.up) void catchUps.one('workspace', portal);
      }
      const [oldest] = sessions.keys();
      if (sessions.size > (options.most ?? MOST_SESSIONS) && oldest !== undefined) end(oldest);
    },
    isUp(portal) {
      const session = portal.direct === undefined ? undefined : sessions.get(portal.direct.puppet);
      return session?.up === true && session.rooms.has(portal.workspaceRoomId);
    },
    sweep() {
      for (const [puppet, { usedAt }] of sessions) if (parts.clock.now() - usedAt > IDLE_MS) end(puppet);
    },
    async close() {
      for (const puppet of sessions.keys()) end(puppet);
      await Promise.all(ending);
    },
  };
}

/** What becomes of a session. */
interface Fate {
  isWanted(): boolean;
  /** Its account can't listen: with the next use of it another one is made. */
  refused(error: Error): void;
}

async function endSession(session: Session | undefined): Promise<void> {
  if (session === undefined) return;
  session.up = false;
  await session.live?.close().catch(() => {});
  await session.source?.flushed();
}

async function start(
  options: DirectSessionsOptions,
  puppet: MatrixUserId,
  session: Session,
  { isWanted, refused }: Fate,
): Promise<void> {
  const { parts, portals, catchUps } = options;
  const { credentials } = (await options.puppets.account(puppet)).api;
  if (credentials === undefined || !isWanted()) return;
  const source = createWorkspaceSource(parts, portals, options.recorded, (reason) => session.live?.reconnect(reason));
  const ours = (): Portal[] =>
    [...session.rooms].flatMap((roomId) => {
      const portal = portals.ofWorkspaceRoom(roomId);
      return portal?.state === 'active' && portal.direct?.puppet === puppet ? [portal] : [];
    });
  session.source = source;
  session.live = await options.realtime(
    {
      wants: options.wants,
      onEvent(event) {
        // Whoever reads another room there is another session: its copies are the ones that are recorded.
        if (portals.ofWorkspaceRoom(roomOf(event))?.direct?.puppet === puppet) source.take(event);
      },
      onNews(news) {
        const roomId = 'roomId' in news ? news.roomId : undefined;
        if (roomId !== undefined && portals.ofWorkspaceRoom(roomId)?.direct?.puppet === puppet) options.onNews(news);
      },
      onReady() {
        session.up = true;
        void source.flushed().then(() => Promise.all(ours().map((portal) => catchUps.one('workspace', portal))));
      },
      onRoomWatched(roomId) {
        const portal = portals.ofWorkspaceRoom(roomId);
        if (portal?.state === 'active') void source.flushed().then(() => catchUps.one('workspace', portal));
      },
      onLost(reason) {
        session.up = false;
        parts.log('debug', 'direct.session-lost', { puppet, reason });
        for (const portal of ours()) {
          catchUps.lostOne(portal);
          options.recorded(portal.lane);
        }
      },
      onRefused: refused,
    },
    credentials,
  );
  for (const roomId of session.rooms) session.live.watchRoom(roomId).catch(() => {});
  if (isWanted()) await session.live.start();
}

const roomOf = (event: RealtimeEvent): WorkspaceRoomId =>
  event.kind === 'deleted' ? event.roomId : (event.message['rid'] as WorkspaceRoomId);
