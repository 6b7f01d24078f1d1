import { RcfedError } from '../core/errors.ts';
import type { EventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId, WorkspaceRoomId } from '../core/ids.ts';
import { isRecord } from '../core/record.ts';
import { isOutOfReach, RemoteError } from '../core/remote-error.ts';
import { ghostUserId } from '../matrix/user-id.ts';
import type { MatrixApi } from '../matrix/types.ts';
import { newestEvent } from './matrix-ear.ts';
import type { SignedIn } from './sign-in.ts';
import type { SmokeRoom } from './smoke-report.ts';
import type { SmokeRequest } from './smoke-request.ts';

/** Where the Matrix account keeps which rooms it uses, by ghost: a CI job starts with an empty disk. */
const KEPT_ROOMS = 'chat.rocket.bridge.smoke';

/** A room to send through, and what is to be done when more is known of it. */
export interface FoundRoom extends SmokeRoom {
  /** The ghost whose joining shows that the bridge works; undefined: it is in the room already, or it is a linked room. */
  readonly awaited: MatrixUserId | undefined;
  /** The newest event before this run; undefined: the room is new. */
  readonly newest: EventId | undefined;
  /** Remembers the room for the next run, with its other side once that is known. */
  keep(workspaceRoomId: WorkspaceRoomId | undefined): Promise<void>;
}

/** @throws RcfedError RCFED_SMOKE_ROOM for one that no message can cross, or RemoteError. */
export async function findRoom(accounts: SignedIn, request: SmokeRequest): Promise<FoundRoom> {
  const room =
    request.rooms === undefined ? await directRoom(accounts, request) : await linkedRoom(accounts, request.rooms);
  if ((await accounts.matrix.state(room.matrixRoomId, 'm.room.encryption', '')) === undefined) return room;
  throw new RcfedError('RCFED_SMOKE_ROOM', `The Matrix room ${room.matrixRoomId} is encrypted`, {
    why: 'Rocket.Chat could not read what is written there. A homeserver can be set to encrypt every new room.',
  });
}

async function linkedRoom(
  { workspace, matrix }: SignedIn,
  rooms: NonNullable<SmokeRequest['rooms']>,
): Promise<FoundRoom> {
  const room = await workspace.roomByName(rooms.workspace);
  if (room === undefined)
    throw new RcfedError('RCFED_SMOKE_ROOM', `The test's account sees no room ${rooms.workspace} in Rocket.Chat`);
  if (room.type === 'c') await workspace.joinRoom(room.id);
  const matrixRoomId = await joinedRoom(matrix, rooms.matrix as MatrixRoomId | MatrixRoomAlias);
  return {
    matrixRoomId,
    workspaceRoomId: room.id,
    made: false,
    awaited: undefined,
    newest: await newestEvent(matrix, matrixRoomId),
    keep: async () => {},
  };
}

async function joinedRoom(matrix: MatrixApi, room: MatrixRoomId | MatrixRoomAlias): Promise<MatrixRoomId> {
  try {
    return await matrix.join(room);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || error.status === 401) throw error;
    throw new RcfedError('RCFED_SMOKE_ROOM', `The test's account can't join the Matrix room ${room}`, {
      why: `${error.message}.`,
      cause: error,
    });
  }
}

/** The one of earlier runs if it is still good for it, else a new one. */
async function directRoom(accounts: SignedIn, request: SmokeRequest): Promise<FoundRoom> {
  const { matrix, username, workspace } = accounts;
  const ghost = ghostUserId(request.prefix, username, request.serverName ?? matrix.serverName);
  const kept = request.newRoom ? undefined : await keptRoom(matrix, ghost);
  const members = kept && (await membersOf(matrix, kept.matrixRoomId));
  if (kept === undefined || members === undefined) {
    const room = { preset: 'private_chat', visibility: 'private', isDirect: true, invite: [ghost] } as const;
    const matrixRoomId = await matrix.createRoom(room);
    const keep = keeper(matrix, ghost, matrixRoomId);
    await keep(undefined);
    return { matrixRoomId, workspaceRoomId: undefined, made: true, awaited: ghost, newest: undefined, keep };
  }
  const isIn = members.get(ghost) === 'join';
  const newest = await newestEvent(matrix, kept.matrixRoomId);
  if (!members.has(ghost)) await matrix.inviteDirect(kept.matrixRoomId, ghost);
  const known = kept.workspaceRoomId === undefined ? undefined : await workspace.roomById(kept.workspaceRoomId);
  return {
    matrixRoomId: kept.matrixRoomId,
    workspaceRoomId: known?.id,
    made: false,
    awaited: isIn ? undefined : ghost,
    newest,
    keep: keeper(matrix, ghost, kept.matrixRoomId),
  };
}

type KeptRoom = Pick<SmokeRoom, 'matrixRoomId' | 'workspaceRoomId'>;

async function keptRoom(matrix: MatrixApi, ghost: MatrixUserId): Promise<KeptRoom | undefined> {
  const room = (await matrix.accountData(KEPT_ROOMS))?.[ghost];
  if (!isRecord(room) || typeof room['matrixRoomId'] !== 'string') return undefined;
  const other = room['workspaceRoomId'];
  return {
    matrixRoomId: room['matrixRoomId'] as MatrixRoomId,
    workspaceRoomId: typeof other === 'string' ? (other as WorkspaceRoomId) : undefined,
  };
}

const keeper =
  (matrix: MatrixApi, ghost: MatrixUserId, matrixRoomId: MatrixRoomId): FoundRoom['keep'] =>
  async (workspaceRoomId) => {
    const kept = (await matrix.accountData(KEPT_ROOMS)) ?? {};
    await matrix.setAccountData(KEPT_ROOMS, { ...kept, [ghost]: { matrixRoomId, workspaceRoomId } });
  };

/** Undefined: the account has left that room, or the homeserver no longer has it. */
async function membersOf(
  matrix: MatrixApi,
  roomId: MatrixRoomId,
): Promise<ReadonlyMap<MatrixUserId, 'join' | 'invite'> | undefined> {
  try {
    const members = await matrix.membersAndInvited(roomId);
    return members.get(matrix.userId) === 'join' ? members : undefined;
  } catch (error) {
    if (isOutOfReach(error)) return undefined;
    throw error;
  }
}
