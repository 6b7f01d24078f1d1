import type { MatrixRoomId, WorkspaceRoomId } from '../../core/ids.ts';
import type { Portal, PortalId } from '../../store/portal-types.ts';
import type { Store } from '../../store/types.ts';

/** A Matrix room of a direct message that goes on in a newer one. */
export interface OlderRoom {
  readonly matrixRoomId: MatrixRoomId;
  readonly workspaceRoomId: WorkspaceRoomId;
  /** The closed portal that the room was in: what is carried from there belongs to it still. */
  readonly portalId: PortalId;
}

/**
 * Matrix allows several rooms of the same people, Rocket.Chat one: what is written in an older one is still carried
 * over, and everything from Rocket.Chat goes into the newest. In memory, since each event is looked up here.
 */
export interface OlderRooms {
  of(roomId: MatrixRoomId): OlderRoom | undefined;
  all(workspaceRoomId: WorkspaceRoomId): readonly OlderRoom[];
  add(portal: Portal): Promise<void>;
  forget(roomId: MatrixRoomId): Promise<void>;
}

const PREFIX = 'older-room:';
/** The store keeps the name of one that is an older one no longer. */
const NONE = '';

/** As the store has it; undefined: it is none. */
export async function olderRoomOf(store: Pick<Store, 'cursor'>, roomId: MatrixRoomId): Promise<OlderRoom | undefined> {
  const value = await store.cursor(`${PREFIX}${roomId}`);
  return value === undefined || value === NONE ? undefined : (JSON.parse(value) as OlderRoom);
}

export async function createOlderRooms(store: Pick<Store, 'cursors' | 'setCursor'>): Promise<OlderRooms> {
  const rooms = new Map<MatrixRoomId, OlderRoom>();
  for (const [name, value] of await store.cursors(PREFIX)) {
    if (value === NONE) continue;
    const room = JSON.parse(value) as OlderRoom;
    rooms.set(name.slice(PREFIX.length) as MatrixRoomId, room);
  }
  return {
    of: (roomId) => rooms.get(roomId),
    all: (workspaceRoomId) => [...rooms.values()].filter((room) => room.workspaceRoomId === workspaceRoomId),
    async add({ id: portalId, matrixRoomId, workspaceRoomId }) {
      if (matrixRoomId === undefined) return;
      const room = { matrixRoomId, workspaceRoomId, portalId };
      await store.setCursor(`${PREFIX}${matrixRoomId}`, JSON.stringify(room));
      rooms.set(matrixRoomId, room);
    },
    async forget(roomId) {
      if (!rooms.has(roomId)) return;
      await store.setCursor(`${PREFIX}${roomId}`, NONE);
      rooms.delete(roomId);
    },
  };
}
