import type { MatrixUserId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverRolesChanged } from '../events.ts';
import { POWER_LEVELS, readPower } from '../homeserver/power.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace, sayOnMatrix } from '../notices/say.ts';
import type { BridgeParts } from '../parts.ts';
import type { KnownRoleChange } from './role-change.ts';

/** Said in Rocket.Chat, where somebody changed a role: once for a room, or once for each whom nobody may change. */
export async function tellRefusedOnMatrix(
  parts: BridgeParts,
  portal: Portal,
  username: string,
  userId: MatrixUserId,
): Promise<void> {
  const { matrixRoomId, name } = portal;
  if (matrixRoomId === undefined) return;
  const power = await readPower(parts, matrixRoomId);
  const bot = parts.homeserver.userId;
  const isPowerless = power.of(bot) < power.toSet(POWER_LEVELS);
  const cause = isPowerless ? 'roles-not-allowed-on-matrix' : `role-out-of-reach:${userId}`;
  const text = isPowerless
    ? `Roles do not reach Matrix and are put back: ${bot} may not change power levels in the room there. Somebody with the power to do so can give it power level ${power.toSet(POWER_LEVELS)}.`
    : `The role of ${username} is put back: on Matrix ${userId} has as much power as the bridge, and nobody but themselves can take it.`;
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.roles', { portal: name, cause, user: userId });
    await sayInWorkspace(parts, portal, cause, text);
  });
}

/** Said on Matrix, where somebody changed a level: once for each who stays the last owner, else once for a room. */
export async function tellRefusedInWorkspace(
  parts: BridgeParts,
  portal: Portal,
  { user, matrixUserId }: KnownRoleChange,
  why: 'last owner' | 'not allowed',
  { sender, eventId }: Pick<HomeserverRolesChanged, 'sender' | 'eventId'>,
): Promise<void> {
  const cause = why === 'last owner' ? `last-owner:${matrixUserId}` : 'roles-not-allowed-in-workspace';
  const text =
    why === 'last owner'
      ? `${matrixUserId} stays an owner: in Rocket.Chat ${user.username} is the last one, and a room has to have one. Make somebody else an owner first (power level 100).`
      : 'Power levels do not reach Rocket.Chat: the bridge may not change roles there. An administrator can give its role the permissions set-owner, set-moderator and mute-user.';
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.roles', { portal: portal.name, cause, user: matrixUserId });
    await sayOnMatrix(parts, portal, cause, text, eventId && { sender, eventId });
  });
}
