import { type ServerAcl, readAcl } from '../../access/server-acl.ts';
import { readPower } from '../../bridge/homeserver/power.ts';
import type { MatrixRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import { createGate } from '../gate.ts';
import type { CheckContext } from '../context.ts';

/** How a federated room looks on Matrix, as the bot sees it. */
export interface PortalState {
  /** Its name in Rocket.Chat. */
  readonly room: string;
  readonly matrixRoomId: MatrixRoomId;
  /** The bot is in it. Where it is not, what follows is not known. */
  readonly isMember: boolean;
  /** Acts that the bot has no power for. */
  readonly lacks: readonly string[];
  readonly acl: ServerAcl | undefined;
  readonly version: string;
}

const AT_ONCE = 4;
/** Rooms that are looked at; of a bridge with more the first ones. */
const MOST_ROOMS = 200;

/** Channels and private groups; the bot is in no direct message. */
export function portalStates(context: CheckContext): Promise<readonly PortalState[]> {
  return context.once('portal-states', async () => {
    const { service } = await context.setup.bridge();
    const homeserver = await context.setup.homeserver();
    const joined = new Set(await homeserver.joinedRooms());
    const rooms = (await service.rooms()).filter(({ state, type }) => state === 'active' && type !== 'direct message');
    const gate = createGate(AT_ONCE);
    return await Promise.all(
      rooms
        .slice(0, MOST_ROOMS)
        .map(({ room, matrixRoomId }) => gate(() => stateOf(homeserver, joined, room, matrixRoomId as MatrixRoomId))),
    );
  });
}

async function stateOf(
  homeserver: MatrixApi,
  joined: ReadonlySet<MatrixRoomId>,
  room: string,
  matrixRoomId: MatrixRoomId,
): Promise<PortalState> {
  const unknown = { room, matrixRoomId, isMember: false, lacks: [], acl: undefined, version: '' };
  if (!joined.has(matrixRoomId)) return unknown;
  try {
    const [power, acl, create] = await Promise.all([
      readPower({ homeserver }, matrixRoomId),
      homeserver.state(matrixRoomId, 'm.room.server_acl', ''),
      homeserver.state(matrixRoomId, 'm.room.create', ''),
    ]);
    const own = power.of(homeserver.userId);
    const needed = { redact: power.toDo('redact'), invite: power.toDo('invite'), kick: power.toDo('kick') };
    const lacks = Object.entries(needed).flatMap(([act, level]) => (own < level ? [act] : []));
    const version = create?.['room_version'];
    // A room without one is of the first version.
    return {
      ...unknown,
      isMember: true,
      lacks,
      acl: readAcl(acl),
      version: typeof version === 'string' ? version : '1',
    };
  } catch (error) {
    if (error instanceof RemoteError && error.failure === 'refused') return unknown;
    throw error;
  }
}
