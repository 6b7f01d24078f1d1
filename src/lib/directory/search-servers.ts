import type { BridgeService, PublicRoomView, SearchView } from '../bridge/service/views.ts';
import { RcfedError } from '../core/errors.ts';

/** Synapse's `MAX_PUBLIC_ROOMS_IN_RESPONSE`; other servers give fewer too. */
const PAGE = 100;

export interface ServersSearch {
  readonly term: string | undefined;
  /** Undefined: the homeserver's own name. */
  readonly servers: readonly (string | undefined)[];
  /** Of each server; undefined: all that it has. */
  readonly limit: number | undefined;
  /** Where to go on; only with one server. */
  readonly page: string | undefined;
}

export interface ServerResult {
  readonly server: string;
  /** How many of its rooms are in the result; those that another server gave too are counted there. */
  readonly shown: number;
  readonly total: number | null;
  /** Where to go on with `--page`; null: there is no more. */
  readonly next: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface ServersResult {
  readonly rooms: readonly (PublicRoomView & { readonly server: string })[];
  readonly servers: readonly ServerResult[];
}

/**
 * Searches the directories of several servers at once, page by page, no room twice. A server that refuses is
 * named in the result; where it is the only one, or where all refuse, the first error is thrown.
 */
export async function searchServers(
  service: Pick<BridgeService, 'search'>,
  search: ServersSearch,
): Promise<ServersResult> {
  const answers = await Promise.all(search.servers.map((server) => searchOne(service, server, search)));
  const failures = answers.flatMap((answer) => ('failure' in answer ? [answer.failure] : []));
  if (failures.length === answers.length && failures[0] !== undefined) throw failures[0];
  const seen = new Set<string>();
  const rooms: (PublicRoomView & { readonly server: string })[] = [];
  const servers = answers.map((answer): ServerResult => {
    if ('failure' in answer) {
      const { code, message } = answer.failure;
      return { server: answer.server, shown: 0, total: null, next: null, error: { code, message } };
    }
    const { server, total, next } = answer.found;
    const fresh = answer.found.rooms.filter(({ roomId }) => !seen.has(roomId));
    for (const room of fresh) {
      seen.add(room.roomId);
      rooms.push({ ...room, server });
    }
    return { server, shown: fresh.length, total, next, error: null };
  });
  return { rooms, servers };
}

type Answer = { readonly found: SearchView } | { readonly server: string; readonly failure: RcfedError };

async function searchOne(
  service: Pick<BridgeService, 'search'>,
  server: string | undefined,
  search: ServersSearch,
): Promise<Answer> {
  try {
    return { found: await allPages(service, server, search) };
  } catch (error) {
    // What is wrong with the homeserver or the command itself ends it all.
    if (!(error instanceof RcfedError) || error.code !== 'RCFED_SERVER_UNREACHABLE') throw error;
    return { server: server ?? '', failure: error };
  }
}

/** A room may move to a later page while we read, so that it would be there twice. */
async function allPages(
  service: Pick<BridgeService, 'search'>,
  server: string | undefined,
  { term, limit, page }: ServersSearch,
): Promise<SearchView> {
  const rooms = new Map<string, PublicRoomView>();
  const asked = new Set<string | undefined>();
  let next: string | null | undefined = page;
  let last: SearchView;
  do {
    asked.add(next);
    const missing = limit === undefined ? PAGE : Math.min(PAGE, limit - rooms.size);
    last = await service.search({ term, server, limit: missing, ...(next === undefined ? {} : { page: next }) });
    for (const room of last.rooms) if (!rooms.has(room.roomId)) rooms.set(room.roomId, room);
    next = last.next;
    // A server that sends one round in a circle is believed no further.
  } while (next !== null && !asked.has(next) && (limit === undefined || rooms.size < limit));
  return { ...last, rooms: [...rooms.values()], next };
}
