import { RcfedError } from '../../core/errors.ts';
import type { ServerName } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { serverNameOf } from '../../matrix/server-name.ts';
import type { MatrixApi, PublicRoom } from '../../matrix/types.ts';
import type { BridgeParts } from '../parts.ts';
import { assertAdmitted } from './access.ts';
import type { PublicRoomView, SearchRequest, SearchView } from './views.ts';

/**
 * One page of a server's room directory; for another server the homeserver asks it.
 * @throws RcfedError RCFED_SERVER_NAME_INVALID; RCFED_SERVER_BLOCKED by the access rules; RCFED_SERVER_UNREACHABLE: that server did not answer, or does
 *   not show its rooms. RemoteError where the homeserver itself fails.
 */
export async function searchRooms(parts: BridgeParts, request: SearchRequest): Promise<SearchView> {
  const own = parts.identity.serverName;
  const server = serverNameOf(request.server ?? own);
  assertAdmitted(parts, server);
  const bridged = new Set((await parts.store.portals.list()).map(({ matrixRoomId }) => matrixRoomId));
  const page = await pageOf(parts.homeserver, server === own ? undefined : server, request);
  return {
    server,
    rooms: page.rooms.filter(({ isSpace }) => !isSpace).map((room) => viewOf(room, bridged.has(room.id))),
    next: page.next ?? null,
    total: page.total ?? null,
  };
}

async function pageOf(
  homeserver: MatrixApi,
  server: ServerName | undefined,
  { term, limit, page: since }: SearchRequest,
): ReturnType<MatrixApi['publicRooms']> {
  try {
    return await homeserver.publicRooms({ server, term, limit, since });
  } catch (error) {
    if (server === undefined || !(error instanceof RemoteError) || !isAbout(error)) throw error;
    const closed = error.status === 401 || error.status === 403;
    throw new RcfedError(
      'RCFED_SERVER_UNREACHABLE',
      closed ? `${server} does not show its public rooms` : `${server} does not answer the homeserver`,
      {
        why: closed
          ? 'Its administrator keeps the list to its own users. A room can still be joined by its alias.'
          : `The homeserver says: ${error.answer ?? error.code ?? 'nothing'}.`,
        cause: error,
      },
    );
  }
}

/** Answered in words or with a gateway's failure: the homeserver works, and speaks of the other server. */
const isAbout = ({ failure, status = 0 }: RemoteError): boolean =>
  failure === 'refused' || status === 502 || status === 504 || failure === 'timeout';

const viewOf = (room: PublicRoom, bridged: boolean): PublicRoomView => ({
  roomId: room.id,
  alias: room.alias ?? null,
  name: room.name ?? null,
  topic: room.topic ?? null,
  members: room.members,
  joinable: room.joinRule === 'public',
  joinRule: room.joinRule,
  bridged,
});
