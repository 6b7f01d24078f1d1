import type { Clock } from '../../lib/core/clock.ts';
import type { MatrixRoomId, WorkspaceRoomId } from '../../lib/core/ids.ts';
import type { Log } from '../../lib/core/log.ts';
import type { Secret } from '../../lib/core/secret.ts';
import type { RealtimeNews } from '../../lib/rocketchat/realtime-news.ts';
import { createRealtime } from '../../lib/rocketchat/realtime.ts';
import type { WorkspaceCredentials } from '../../lib/rocketchat/types.ts';

/** Everything of the moment that both people's clients were told so far, oldest first. */
export interface Live {
  /** `m.typing` and `m.receipt` with their room, `m.presence` without one. */
  readonly onMatrix: readonly LiveEvent[];
  readonly inWorkspace: readonly RealtimeNews[];
}

export interface LiveEvent {
  readonly type: string;
  readonly roomId: MatrixRoomId | undefined;
  readonly sender: string | undefined;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface Watching extends Live {
  watch(roomId: WorkspaceRoomId): Promise<void>;
  stop(): Promise<void>;
}

interface LiveOptions {
  readonly homeserverUrl: string;
  readonly token: Secret;
  readonly workspaceUrl: string;
  readonly credentials: WorkspaceCredentials;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Log;
}

const POLL_MS = 30_000;
const PAUSE_MS = 250;
const FILTER = JSON.stringify({ room: { timeline: { limit: 1 }, state: { lazy_load_members: true } } });

/** Both people's clients, as far as messages are not concerned. */
export async function watchLive(options: LiveOptions): Promise<Watching> {
  const onMatrix: LiveEvent[] = [];
  const inWorkspace: RealtimeNews[] = [];
  const ending = new AbortController();
  const synced = followSync(options, onMatrix, ending.signal);
  const session = createRealtime({
    url: options.workspaceUrl,
    credentials: options.credentials,
    clock: options.clock,
    log: options.log,
    handlers: {
      wants: ['users', 'presence', 'typing'],
      onNews: (news) => inWorkspace.push(news),
      onEvent() {},
      onReady() {},
      onLost() {},
      onRefused() {},
    },
  });
  await session.start();
  return {
    onMatrix,
    inWorkspace,
    watch: (roomId) => session.watchRoom(roomId),
    async stop() {
      ending.abort(new Error('nobody looks any more'));
      await Promise.allSettled([session.close(), synced]);
    },
  };
}

interface Ephemeral {
  readonly type: string;
  readonly sender?: string;
  readonly content: Readonly<Record<string, unknown>>;
}

interface Sync {
  readonly next_batch: string;
  readonly presence?: { readonly events?: readonly Ephemeral[] };
  readonly rooms?: {
    readonly join?: Readonly<Record<string, { readonly ephemeral?: { readonly events?: readonly Ephemeral[] } }>>;
  };
}

async function followSync(options: LiveOptions, seen: LiveEvent[], signal: AbortSignal): Promise<void> {
  let since: string | undefined;
  while (!signal.aborted) {
    try {
      const answer = await poll(options, since, signal);
      since = answer.next_batch;
      const note = (roomId: string | undefined, events: readonly Ephemeral[] = []): void => {
        for (const { type, sender, content } of events)
          seen.push({ type, sender, content, roomId: roomId as MatrixRoomId | undefined });
      };
      note(undefined, answer.presence?.events);
      for (const [roomId, room] of Object.entries(answer.rooms?.join ?? {})) note(roomId, room.ephemeral?.events);
    } catch {
      // The homeserver restarts, or we stop.
      await options.clock.sleep(PAUSE_MS, signal).catch(() => {});
    }
  }
}

async function poll(
  { homeserverUrl, token, fetch }: LiveOptions,
  since: string | undefined,
  signal: AbortSignal,
): Promise<Sync> {
  const query = new URLSearchParams({
    filter: FILTER,
    timeout: since === undefined ? '0' : String(POLL_MS),
    ...(since === undefined ? {} : { since }),
  });
  const answer = await fetch(`${homeserverUrl}/_matrix/client/v3/sync?${query.toString()}`, {
    headers: { Authorization: `Bearer ${token.reveal()}` },
    signal,
  });
  if (!answer.ok) throw new Error(`/sync answered ${answer.status}`);
  return (await answer.json()) as Sync;
}
