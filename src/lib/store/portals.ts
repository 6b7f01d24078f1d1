import type { Selectable } from 'kysely';
import type { MatrixRoomId, MatrixUserId, WorkspaceRoomId } from '../core/ids.ts';
import { RcfedError } from '../core/errors.ts';
import { moveWaiting } from './inbox.ts';
import { portalLane, roomLane } from './lane-names.ts';
import type { Executor, PortalTable, StoreDatabase } from './schema.ts';
import { inTransaction } from './transaction.ts';
import type { Portal, PortalRetention, Portals, PortalState } from './portal-types.ts';

const portal = (row: Selectable<PortalTable>): Portal => ({
  id: row.id,
  lane: portalLane(row.id),
  workspaceRoomId: row.workspace_room_id as WorkspaceRoomId,
  matrixRoomId: (row.matrix_room_id ?? undefined) as MatrixRoomId | undefined,
  state: row.state as PortalState,
  roomType: row.room_type as Portal['roomType'],
  name: row.name,
  alias: row.alias ?? undefined,
  retention: row.retention as PortalRetention,
  createdAt: row.created_at,
  ...(row.direct_puppet !== null &&
    row.direct_ghost !== null && {
      direct: { puppet: row.direct_puppet as MatrixUserId, ghost: row.direct_ghost as MatrixUserId },
    }),
});

const open = (on: Executor) => on.selectFrom('portals').selectAll().where('state', '<>', 'closed');

async function mergeRooms(on: Executor, active: Portal): Promise<void> {
  const { workspaceRoomId, matrixRoomId, lane } = active;
  const rooms = [workspaceRoomId, ...(matrixRoomId === undefined ? [] : [matrixRoomId])];
  await moveWaiting(on, rooms.map(roomLane), lane);
  if (active.direct !== undefined) await mergeClosed(on, active);
}

/**
 * A direct message goes on in another portal when either side has another room, and whatever still waited goes along:
 * what was written in Rocket.Chat with the room there, what was written on Matrix with the room there; if that is
 * nobody's any more, with the room in Rocket.Chat too.
 */
async function mergeClosed(on: Executor, { workspaceRoomId, matrixRoomId, lane }: Portal): Promise<void> {
  const closed = await on
    .selectFrom('portals')
    .select(['id', 'workspace_room_id', 'matrix_room_id'])
    .where('state', '=', 'closed')
    .where('direct_puppet', 'is not', null)
    .where((eb) =>
      eb.or([eb('workspace_room_id', '=', workspaceRoomId), eb('matrix_room_id', '=', matrixRoomId ?? '')]),
    )
    .execute();
  const openRooms = open(on).clearSelect().select('matrix_room_id').where('matrix_room_id', 'is not', null);
  const taken = new Set((await openRooms.execute()).map((row) => row.matrix_room_id));
  for (const before of closed) {
    const isOfWorkspaceRoom = before.workspace_room_id === workspaceRoomId;
    const isOfMatrixRoom = before.matrix_room_id === matrixRoomId;
    const from = [portalLane(before.id)];
    if (isOfWorkspaceRoom) await moveWaiting(on, from, lane, 'workspace');
    if (isOfMatrixRoom || (isOfWorkspaceRoom && !taken.has(before.matrix_room_id)))
      await moveWaiting(on, from, lane, 'homeserver');
  }
}

export function portalsOf(database: StoreDatabase): Portals {
  const { kysely } = database;
  return {
    create: portalCreator(database),
    update: portalUpdater(database),
    async byId(id) {
      const row = await kysely.selectFrom('portals').selectAll().where('id', '=', id).executeTakeFirst();
      return row && portal(row);
    },
    async byMatrixRoom(roomId) {
      const row = await open(kysely).where('matrix_room_id', '=', roomId).executeTakeFirst();
      return row && portal(row);
    },
    async byWorkspaceRoom(roomId) {
      const row = await open(kysely).where('workspace_room_id', '=', roomId).executeTakeFirst();
      return row && portal(row);
    },
    list: async () => (await open(kysely).orderBy('name').orderBy('id').execute()).map(portal),
  };
}

/** The unique indexes are what makes a pair exclusive; whoever inserts second finds the first one's row. */
function portalCreator(database: StoreDatabase): Portals['create'] {
  return (wanted) =>
    inTransaction(database, async (on) => {
      const inserted = await on
        .insertInto('portals')
        .values({
          workspace_room_id: wanted.workspaceRoomId,
          matrix_room_id: wanted.matrixRoomId ?? null,
          state: wanted.state,
          room_type: wanted.roomType,
          name: wanted.name,
          alias: wanted.alias ?? null,
          retention: wanted.retention,
          created_at: database.clock.now(),
          direct_puppet: wanted.direct?.puppet ?? null,
          direct_ghost: wanted.direct?.ghost ?? null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      if (inserted === undefined) {
        const existing = await open(on)
          .where((eb) =>
            eb.or([
              eb('workspace_room_id', '=', wanted.workspaceRoomId),
              ...(wanted.matrixRoomId === undefined ? [] : [eb('matrix_room_id', '=', wanted.matrixRoomId)]),
            ]),
          )
          .orderBy('id')
          .executeTakeFirstOrThrow();
        return { portal: portal(existing), created: false };
      }
      const created = portal(inserted);
      if (created.state === 'active') await mergeRooms(on, created);
      return { portal: created, created: true };
    });
}

function portalUpdater(database: StoreDatabase): Portals['update'] {
  return (id, change) =>
    inTransaction(database, async (on) => {
      const row = await on
        .updateTable('portals')
        .set((eb) => ({
          // A statement must set something; an empty change sets the id to itself.
          id: eb.ref('id'),
          ...('matrixRoomId' in change && { matrix_room_id: change.matrixRoomId ?? null }),
          ...(change.state !== undefined && { state: change.state }),
          ...(change.roomType !== undefined && { room_type: change.roomType }),
          ...(change.name !== undefined && { name: change.name }),
          ...('alias' in change && { alias: change.alias ?? null }),
          ...(change.retention !== undefined && { retention: change.retention }),
        }))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw new RcfedError('RCFED_STORE_CONFLICT', `There is no portal ${id} in the store.`);
      const updated = portal(row);
      if (updated.state === 'active') await mergeRooms(on, updated);
      return updated;
    });
}
