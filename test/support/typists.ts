import { systemClock } from '../../src/lib/core/clock.ts';
import type { RealtimeNews } from '../../src/lib/rocketchat/realtime-news.ts';
import { createRealtime } from '../../src/lib/rocketchat/realtime.ts';
import type { WorkspaceApi, WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import type { Bench } from './bridge-bench.ts';
import type { Scene } from './bridge-scene.ts';

interface Synced {
  readonly next_batch: string;
  readonly rooms?: {
    readonly join?: Record<
      string,
      { readonly ephemeral?: { readonly events: { type: string; content: { user_ids: string[] } }[] } }
    >;
  };
}

/** Asks who types in the room now, as alice's client is told. */
export function typistsOf(bench: Bench, { alice, matrixRoom }: Scene): () => Promise<readonly string[]> {
  let since: string | undefined;
  let typists: readonly string[] = [];
  return async () => {
    const query = since === undefined ? '' : `&since=${encodeURIComponent(since)}`;
    const answer = await fetch(`${bench.homeserver.url}/_matrix/client/v3/sync?timeout=0${query}`, {
      headers: { authorization: `Bearer ${bench.matrixToken(alice)}` },
    });
    const body = (await answer.json()) as Synced;
    since = body.next_batch;
    const events = body.rooms?.join?.[matrixRoom]?.ephemeral?.events ?? [];
    for (const { type, content } of events) if (type === 'm.typing') typists = content.user_ids;
    return typists;
  };
}

/** Everything that a person's client is told of typing in a room. */
export async function typingNews(
  bench: Bench,
  account: WorkspaceApi,
  room: WorkspaceRoom,
): Promise<{ readonly all: readonly RealtimeNews[] } & AsyncDisposable> {
  const all: RealtimeNews[] = [];
  if (account.credentials === undefined) throw new Error('nobody is logged in');
  const session = createRealtime({
    url: bench.workspace.url,
    credentials: account.credentials,
    clock: systemClock,
    log: () => {},
    handlers: {
      onEvent: () => {},
      onReady: () => {},
      onLost: () => {},
      onRefused: () => {},
      wants: ['typing'],
      onNews: (each) => void all.push(each),
    },
  });
  await session.start();
  await session.watchRoom(room.id);
  return { all, [Symbol.asyncDispose]: () => session.close() };
}
