import type { MatrixUserId, WorkspaceUserId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { refusalOf } from './refusal.ts';

/** How somebody stands to a portal's room on one of its sides. */
export type Standing = 'in' | 'invited' | 'out' | 'banned';

const STANDINGS: Readonly<Record<string, Standing>> = { join: 'in', invite: 'invited', ban: 'banned' };

/** @param membership of an `m.room.member`. https://spec.matrix.org/v1.17/client-server-api/#mroommember */
export const standingOf = (membership: unknown): Standing =>
  (typeof membership === 'string' ? STANDINGS[membership] : undefined) ?? 'out';

/** Now, whatever the event said that this was noticed by. */
export async function standingOnMatrix(
  parts: Pick<BridgeParts, 'homeserver'>,
  portal: Portal,
  id: MatrixUserId,
): Promise<Standing> {
  return (await everStandingOnMatrix(parts, portal, id)) ?? 'out';
}

/** undefined: they never were in this room, which may have replaced one that they were in. */
export async function everStandingOnMatrix(
  { homeserver }: Pick<BridgeParts, 'homeserver'>,
  { matrixRoomId }: Portal,
  id: MatrixUserId,
): Promise<Standing | undefined> {
  if (matrixRoomId === undefined) return undefined;
  const member = await homeserver.state(matrixRoomId, 'm.room.member', id);
  return member === undefined ? undefined : standingOf(member['membership']);
}

/** Now; nobody is ever `invited` there. */
export async function standingInWorkspace(
  parts: Pick<BridgeParts, 'workspace'>,
  portal: Portal,
  id: WorkspaceUserId,
): Promise<Standing> {
  const room = { id: portal.workspaceRoomId, type: portal.roomType };
  const [banned, isIn] = await Promise.all([bannedIn(parts, portal), parts.workspace.isInRoom(room, id)]);
  if (banned.has(id)) return 'banned';
  return isIn ? 'in' : 'out';
}

/** Nobody where the version has no bans, or where the bot may not see them. */
export async function bannedIn(
  { workspace }: Pick<BridgeParts, 'workspace'>,
  { workspaceRoomId }: Portal,
): Promise<ReadonlySet<WorkspaceUserId>> {
  const asked = workspace.bannedFromRoom(workspaceRoomId);
  if ((await refusalOf(asked)) !== undefined) return new Set();
  return new Set((await asked).map(({ id }) => id));
}
