import type { Clock } from '../../lib/core/clock.ts';
import type { MatrixRoomId } from '../../lib/core/ids.ts';
import type { Secret } from '../../lib/core/secret.ts';
import type { MatrixApi, RawEvent } from '../../lib/matrix/types.ts';

export interface SyncSource {
  readonly api: MatrixApi;
  readonly url: string;
  readonly token: Secret;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

interface Sync {
  readonly next_batch: string;
  readonly rooms?: { readonly join?: Readonly<Record<string, { readonly timeline?: Timeline } | undefined>> };
}

interface Timeline {
  readonly events?: readonly RawEvent[];
  readonly limited?: boolean;
  readonly prev_batch?: string;
}

const POLL_MS = 30_000;
const PAUSE_MS = 250;
/** Servers send fewer if they like, and then say so. */
const FILTER = JSON.stringify({
  presence: { types: [] },
  account_data: { types: [] },
  room: { state: { lazy_load_members: true }, ephemeral: { types: [] }, timeline: { limit: 100 } },
});

/**
 * Reads one room live by long polling: every event that comes after this call, once, in the server's
 * order. Where the server leaves some out of a full answer, they are fetched before going on.
 */
export async function readSync(
  source: SyncSource,
  roomId: MatrixRoomId,
  onEvent: (event: RawEvent) => void,
): Promise<{ stop(): Promise<void> }> {
  const ending = new AbortController();
  const first = await poll(source, undefined, ending.signal);
  const ended = (async () => {
    let since = first.next_batch;
    while (!ending.signal.aborted) {
      try {
        const answer = await poll(source, since, ending.signal);
        const timeline = answer.rooms?.join?.[roomId]?.timeline;
        for (const event of await withGap(source, roomId, timeline, since)) onEvent(event);
        since = answer.next_batch;
      } catch {
        // The homeserver restarts, or we stop.
        await source.clock.sleep(PAUSE_MS, ending.signal).catch(() => {});
      }
    }
  })();
  return {
    async stop() {
      ending.abort(new Error('the reader stops'));
      await ended;
    },
  };
}

async function poll({ url, token, fetch }: SyncSource, since: string | undefined, signal: AbortSignal): Promise<Sync> {
  const query = new URLSearchParams({
    filter: FILTER,
    timeout: since === undefined ? '0' : String(POLL_MS),
    ...(since === undefined ? {} : { since }),
  });
  const answer = await fetch(`${url}/_matrix/client/v3/sync?${query.toString()}`, {
    headers: { Authorization: `Bearer ${token.reveal()}` },
    signal,
  });
  if (!answer.ok) throw new Error(`/sync answered ${answer.status}`);
  return (await answer.json()) as Sync;
}

async function withGap(
  { api }: SyncSource,
  roomId: MatrixRoomId,
  timeline: Timeline | undefined,
  since: string,
): Promise<readonly RawEvent[]> {
  const events = timeline?.events ?? [];
  if (timeline?.limited !== true || timeline.prev_batch === undefined) return events;
  const missed: RawEvent[] = [];
  // From where we were up to where the answer begins.
  const known = new Set(events.map((event) => event['event_id']));
  let from: string | undefined = since;
  while (from !== undefined) {
    const page: Awaited<ReturnType<MatrixApi['messages']>> = await api.messages(roomId, { dir: 'f', from, limit: 100 });
    const fresh = page.events.filter((event) => !known.has(event['event_id']));
    missed.push(...fresh);
    if (fresh.length < page.events.length || page.events.length === 0) break;
    from = page.end;
  }
  return [...missed, ...events];
}
