import { RcfedError } from '../../core/errors.ts';
import type { MatrixRoomAlias, MatrixRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { roomAliasLocalpart } from '../../matrix/alias-name.ts';
import type { NewMatrixRoom } from '../../matrix/types.ts';
import type { WorkspaceRoom } from '../../rocketchat/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { bridgeInfo } from '../homeserver/bridge-info.ts';
import { BRIDGE_STATE, claimContent, isClaimedFor } from '../homeserver/room-claim.ts';
import type { BridgeParts } from '../parts.ts';

/** Aliases tried for a new room when each is somebody else's. */
const ALIAS_ATTEMPTS = 4;

/** How a Matrix room that is made is to be. */
export interface NewRoomWishes {
  /** In the bridge's namespace; unset: made of the room's name, and another one where that is taken. */
  readonly alias?: string | undefined;
  /** Unset: the homeserver's own choice. */
  readonly version?: string | undefined;
}

/**
 * Makes a portal's Matrix room, once: the alias is kept before it is asked for, and one that is taken by a room that
 * says in its state that it is this portal's, is that of a run that was cut short.
 * @throws RcfedError RCFED_ALIAS_TAKEN
 */
export async function createMatrixRoom(
  parts: BridgeParts,
  portal: Portal,
  room: WorkspaceRoom,
  wishes: NewRoomWishes,
): Promise<MatrixRoomId> {
  const { serverName } = parts.identity;
  if (portal.alias !== undefined) {
    const half = await ownRoomAt(parts, portal.alias as MatrixRoomAlias, room);
    if (half !== undefined) return kept(parts, portal, half, portal.alias);
  }
  for (const localpart of aliasesFor(parts, room, wishes.alias)) {
    const alias = `#${localpart}:${serverName}` as MatrixRoomAlias;
    await parts.store.portals.update(portal.id, { alias });
    const id = await createdOrOwn(parts, room, { localpart, alias, version: wishes.version });
    if (id !== undefined) return kept(parts, portal, id, alias);
  }
  await parts.store.portals.update(portal.id, { state: 'closed' });
  throw aliasTaken(wishes.alias === undefined ? `Every alias for ${room.name}` : `#${wishes.alias}:${serverName}`);
}

export const aliasTaken = (what: string): RcfedError =>
  new RcfedError('RCFED_ALIAS_TAKEN', `${what} is taken by another Matrix room`);

/** Those that are tried, in order. */
export function aliasesFor(parts: BridgeParts, room: Pick<WorkspaceRoom, 'id' | 'name'>, wanted?: string): string[] {
  if (wanted !== undefined) return [wanted];
  return Array.from({ length: ALIAS_ATTEMPTS }, (_, attempt) =>
    roomAliasLocalpart(parts.identity.prefix, room.name, room.id, attempt),
  );
}

async function kept(parts: BridgeParts, portal: Portal, id: MatrixRoomId, alias: string): Promise<MatrixRoomId> {
  await parts.store.portals.update(portal.id, { matrixRoomId: id, alias });
  return id;
}

interface Attempt {
  readonly localpart: string;
  readonly alias: MatrixRoomAlias;
  readonly version: string | undefined;
}

/** undefined: the alias is somebody else's. */
async function createdOrOwn(
  parts: BridgeParts,
  room: WorkspaceRoom,
  { localpart, alias, version }: Attempt,
): Promise<MatrixRoomId | undefined> {
  try {
    const wanted = await newRoom(parts, room);
    return await parts.homeserver.createRoom({
      ...wanted,
      aliasLocalpart: localpart,
      ...(version === undefined ? {} : { version }),
    });
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== 'M_ROOM_IN_USE') throw error;
    return await ownRoomAt(parts, alias, room);
  }
}

/** Not in the directory: a homeserver that keeps us from publishing would refuse the room as a whole. */
async function newRoom(parts: BridgeParts, room: WorkspaceRoom): Promise<NewMatrixRoom> {
  const isPublic = room.type === 'c';
  const claim = { type: BRIDGE_STATE, stateKey: parts.identity.workspaceId, content: claimContent(parts, room.id) };
  const hidden = { type: 'm.room.history_visibility', stateKey: '', content: { history_visibility: 'joined' } };
  return {
    name: room.displayName,
    ...(room.topic === '' ? {} : { topic: room.topic }),
    preset: isPublic ? 'public_chat' : 'private_chat',
    visibility: 'private',
    // As in Rocket.Chat: members bring nobody in, moderators and owners do. The bot, who makes the room, has 100.
    powerLevels: { invite: 50 },
    initialState: [claim, ...(await bridgeInfo(parts, room)), ...(isPublic ? [] : [hidden])],
  };
}

async function ownRoomAt(
  parts: BridgeParts,
  alias: MatrixRoomAlias,
  room: WorkspaceRoom,
): Promise<MatrixRoomId | undefined> {
  const id = await parts.homeserver.resolveAlias(alias);
  if (id === undefined) return undefined;
  const isOwn = await isClaimedFor(parts, id, room.id).catch((error: unknown) => {
    // Somebody else's room: the bot may not look.
    if (error instanceof RemoteError && error.failure === 'refused') return false;
    throw error;
  });
  return isOwn ? id : undefined;
}
