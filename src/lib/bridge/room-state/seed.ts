import type { MatrixRoomId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { readMatrixRoom } from './matrix-room.ts';
import { comparisonRow, matrixComparisonRow } from './row.ts';
import { agreedOnRoom, agreement, NEVER, ROOM_FIELDS, type RoomPair, type RoomValues } from './values.ts';
import { readWorkspaceRoom } from './workspace-room.ts';

/**
 * What counts as agreed when a portal begins, before anybody changes anything.
 * - `both`: two rooms that were there before stay as they are
 * - `workspace`: the Matrix room was made for it, and becomes what the room in Rocket.Chat is; what it has already
 *   is changed nowhere
 *
 * A read-only room is so on both sides, whoever was there first: nobody could be heard there. What is agreed already
 * stays, as after a link that was cut short.
 */
export async function agreeOnRoom(
  parts: BridgeParts,
  portal: Portal,
  matrixRoomId: MatrixRoomId,
  whose: 'both' | 'workspace',
): Promise<void> {
  const known = await agreedOnRoom(parts, portal);
  const workspace = await readWorkspaceRoom(parts, portal);
  if (workspace === undefined || known.size === ROOM_FIELDS.length) return;
  const homeserver = await readMatrixRoom(parts, matrixRoomId);
  const pairs = ROOM_FIELDS.map((field) => [field, first(field, whose, workspace, homeserver)] as const);
  const rows = [
    ...(pairs.some(([, pair]) => pair.workspace === NEVER) ? [comparisonRow(portal, 'linked', parts.clock.now())] : []),
    ...(pairs.some(([, pair]) => pair.homeserver === NEVER)
      ? [matrixComparisonRow(portal, matrixRoomId, parts.homeserver.userId, 'linked')]
      : []),
  ];
  // First: they wait for the portal to begin, and what is agreed says that this is done.
  if (rows.length > 0) await parts.store.inbox.record({ rows });
  await parts.store.agreed.put(agreement(portal, pairs));
}

/**
 * After a portal's room was replaced: what whoever made the new one left out they did not mean to take away from the
 * room in Rocket.Chat, and it is carried from here. What they had changed before goes on its way.
 */
export async function reagreeOnRoom(parts: BridgeParts, portal: Portal, old: MatrixRoomId): Promise<void> {
  const { matrixRoomId } = portal;
  if (matrixRoomId === undefined || portal.direct !== undefined) return;
  const agreed = await agreedOnRoom(parts, portal);
  const before = await readMatrixRoom(parts, old);
  const now = await readMatrixRoom(parts, matrixRoomId);
  // Nobody may write in the old room any more: who could, only what was agreed says.
  const lost = [...agreed].filter(
    ([field, pair]) => field !== 'speakers' && pair.homeserver !== now[field] && before[field] !== now[field],
  );
  if (lost.length === 0) return;
  const pairs = lost.map(([field]) => [field, { workspace: NEVER, homeserver: now[field] }] as const);
  await parts.store.agreed.put(agreement(portal, pairs));
  const row = comparisonRow(portal, `replaced:${matrixRoomId}`, parts.clock.now());
  await parts.store.inbox.record({ rows: [row] });
}

function first(
  field: (typeof ROOM_FIELDS)[number],
  whose: 'both' | 'workspace',
  workspace: RoomValues,
  homeserver: RoomValues,
): RoomPair {
  const pair = { workspace: workspace[field], homeserver: homeserver[field] };
  // Nobody is told of what was announced, or archived, before.
  if (field === 'announcement' || field === 'archived' || pair.workspace === pair.homeserver) return pair;
  if (whose === 'workspace' || (field === 'speakers' && pair.workspace === 'moderators'))
    return { ...pair, workspace: NEVER };
  return field === 'speakers' ? { ...pair, homeserver: NEVER } : pair;
}
