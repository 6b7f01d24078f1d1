import type { Clock } from '../core/clock.ts';
import type { MessageId, WorkspaceRoomId } from '../core/ids.ts';
import type { RawMessage, RealtimeHandlers, RealtimeSession, WorkspaceApi } from '../rocketchat/types.ts';

export interface HeardMessage {
  readonly id: MessageId;
  readonly roomId: WorkspaceRoomId;
  /** False: only REST had it, which is looked at seldom, so the time it took is rough. */
  readonly live: boolean;
}

interface WorkspaceEarOptions {
  readonly api: WorkspaceApi;
  readonly clock: Clock;
  /** Undefined: wherever the account is a member. */
  readonly roomId: WorkspaceRoomId | undefined;
  /** Nothing older is looked at: the workspace's clock, ms. */
  readonly since: number;
  readonly mark: string;
  readonly openRealtime: (handlers: RealtimeHandlers) => Promise<RealtimeSession>;
  /** Ends the listening. */
  readonly signal: AbortSignal;
}

export interface WorkspaceEar {
  /** Rejects with the signal's reason, or the RemoteError of a workspace that can't be asked any more. */
  readonly heard: Promise<HeardMessage>;
  /** Resolves when realtime delivers, or doesn't come up in time: REST alone has to do then. */
  ready(withinMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Ordinary accounts may ask each endpoint ten times a minute, and one look at a room asks twice. */
const LOOK_EVERY_MS = 15_000;
/** Direct messages that are looked through when it is not known which it will be. */
const MOST_ROOMS = 3;

/**
 * Waits for a message with that mark. Realtime brings it at once; REST is asked besides, because a session can be
 * alive and deliver nothing.
 */
export async function listenInWorkspace(options: WorkspaceEarOptions): Promise<WorkspaceEar> {
  const { clock, mark, signal } = options;
  const heard = Promise.withResolvers<HeardMessage>();
  const isReady = Promise.withResolvers<void>();
  heard.promise.catch(() => {}); // Whoever sends may fail before anybody waits for it.
  const session = await options.openRealtime({
    onEvent(event) {
      if (event.kind === 'message' && hasMark(event.message, mark)) heard.resolve(heardOf(event.message, true));
    },
    onReady: isReady.resolve,
    onLost() {},
    onRefused: heard.reject,
  });
  session.start().catch(heard.reject);
  void lookAgainAndAgain(options, heard);
  return {
    heard: heard.promise,
    async ready(withinMs) {
      await Promise.race([isReady.promise, heard.promise, clock.sleep(withinMs, signal)]);
    },
    close: () => session.close(),
  };
}

async function lookAgainAndAgain(
  options: WorkspaceEarOptions,
  heard: PromiseWithResolvers<HeardMessage>,
): Promise<void> {
  try {
    for (;;) {
      await options.clock.sleep(LOOK_EVERY_MS, options.signal);
      const found = await look(options);
      if (found !== undefined) return heard.resolve(heardOf(found, false));
    }
  } catch (error) {
    heard.reject(error);
  }
}

async function look({ api, roomId, since, mark }: WorkspaceEarOptions): Promise<RawMessage | undefined> {
  const rooms = roomId === undefined ? await newestDirectRooms(api, since) : [roomId];
  for (const room of rooms) {
    const { updated } = await api.syncMessages(room, since);
    const found = updated.find((message) => hasMark(message, mark));
    if (found !== undefined) return found;
  }
  return undefined;
}

async function newestDirectRooms(api: WorkspaceApi, since: number): Promise<readonly WorkspaceRoomId[]> {
  const { updated } = await api.changedRooms(since);
  return updated
    .filter(({ type }) => type === 'd')
    .toSorted((one, other) => other.lastMessageAt - one.lastMessageAt)
    .slice(0, MOST_ROOMS)
    .map(({ id }) => id);
}

export const hasMark = (message: RawMessage, mark: string): boolean =>
  typeof message['msg'] === 'string' && message['msg'].includes(mark);

const heardOf = (message: RawMessage, live: boolean): HeardMessage => ({
  id: message['_id'] as MessageId,
  roomId: message['rid'] as WorkspaceRoomId,
  live,
});
