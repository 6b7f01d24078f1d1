import type { MatrixRoomId, WorkspaceRoomId } from '../core/ids.ts';
import { portalLane } from '../store/lane-names.ts';
import type { OlderRooms } from './direct/older-rooms.ts';
import { begunClosings } from './ends/begun-closing.ts';
import type { Lane } from '../store/inbox-types.ts';
import type { Portal, PortalId } from '../store/portal-types.ts';
import type { Store } from '../store/types.ts';

/** Name of the cursor that holds the workspace's clock (ms) at the time of the link. */
export const linkedAtCursor = (portal: Pick<Portal, 'id'>): string => `linked-at:${portal.id}`;

/** Whether a message of `where` may name that room: the name of a private group is for its members. */
export const isNamedIn = (room: Portal, where: Portal): boolean => room.roomType === 'c' || room.id === where.id;

/** Portals in memory: each event that arrives is looked up here, so that a room that is not federated costs no query. */
export class PortalIndex {
  readonly #byLane = new Map<Lane, Portal>();
  readonly #byMatrixRoom = new Map<MatrixRoomId, Portal>();
  readonly #byWorkspaceRoom = new Map<WorkspaceRoomId, Portal>();

  /** Of direct messages: rooms that they had before. */
  readonly older: OlderRooms;
  readonly #linkedAt = new Map<PortalId, number>();

  constructor(older: OlderRooms) {
    this.older = older;
  }

  /** But those whose end was begun: nothing is relayed there any more. */
  async load(store: Store): Promise<void> {
    const ending = new Set((await begunClosings({ store })).map(({ portal }) => portal.id));
    for (const portal of await store.portals.list()) {
      if (ending.has(portal.id)) continue;
      this.set(portal, Number((await store.cursor(linkedAtCursor(portal))) ?? portal.createdAt));
    }
  }

  /** The workspace's clock when the portal was linked, ms. */
  linkedAt(portal: Portal): number {
    return this.#linkedAt.get(portal.id) ?? portal.createdAt;
  }

  set(portal: Portal, linkedAt?: number): void {
    if (linkedAt !== undefined) this.#linkedAt.set(portal.id, linkedAt);
    if (portal.state === 'closed') return this.#remove(portal);
    // It may have had another room on Matrix until now.
    const before = this.#byLane.get(portal.lane)?.matrixRoomId;
    if (before !== undefined && before !== portal.matrixRoomId) this.#byMatrixRoom.delete(before);
    this.#byLane.set(portal.lane, portal);
    this.#byWorkspaceRoom.set(portal.workspaceRoomId, portal);
    if (portal.matrixRoomId !== undefined) this.#byMatrixRoom.set(portal.matrixRoomId, portal);
  }

  byId(id: PortalId): Portal | undefined {
    return this.#byLane.get(portalLane(id));
  }

  ofLane(lane: Lane): Portal | undefined {
    return this.#byLane.get(lane);
  }

  /** Also by an older room of a direct message. */
  ofMatrixRoom(id: MatrixRoomId): Portal | undefined {
    const older = this.#byMatrixRoom.has(id) ? undefined : this.older.of(id);
    return older === undefined ? this.#byMatrixRoom.get(id) : this.#byWorkspaceRoom.get(older.workspaceRoomId);
  }

  ofWorkspaceRoom(id: WorkspaceRoomId): Portal | undefined {
    return this.#byWorkspaceRoom.get(id);
  }

  all(): readonly Portal[] {
    return [...this.#byLane.values()];
  }

  /** Either room may be in another portal by now. */
  #remove({ id, lane, workspaceRoomId, matrixRoomId }: Portal): void {
    this.#linkedAt.delete(id);
    this.#byLane.delete(lane);
    if (this.#byWorkspaceRoom.get(workspaceRoomId)?.id === id) this.#byWorkspaceRoom.delete(workspaceRoomId);
    if (matrixRoomId !== undefined && this.#byMatrixRoom.get(matrixRoomId)?.id === id)
      this.#byMatrixRoom.delete(matrixRoomId);
  }
}
