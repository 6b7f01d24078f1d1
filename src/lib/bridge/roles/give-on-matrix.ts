import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import { changePowerLevels } from '../homeserver/power-levels.ts';
import { type RoomPower, readPower } from '../homeserver/power.ts';
import { isForbiddenOnMatrix } from './refused.ts';
import { type Role, levelOf, mayGive, roleOnMatrix } from './role.ts';

export interface WantedOnMatrix {
  readonly userId: MatrixUserId;
  readonly role: Role;
}

interface Giving {
  readonly homeserver: MatrixApi;
  readonly roomId: MatrixRoomId;
  /** A ghost of ours that is joined: it may give up itself what nobody else may take. undefined: no ghost. */
  readonly ghost: (userId: MatrixUserId) => Promise<MatrixApi | undefined>;
}

/**
 * Makes people on Matrix what they are wanted to be, by one change of the levels; who is that already stays as they
 * are, whatever their level. Answers those whom the bot may not make that.
 */
export async function giveOnMatrix(
  { homeserver, roomId, ghost }: Giving,
  people: readonly WantedOnMatrix[],
): Promise<ReadonlySet<MatrixUserId>> {
  const power = await readPower({ homeserver }, roomId);
  const missing = people.filter(({ userId, role }) => roleOnMatrix(power, userId) !== role);
  const mayBot = ({ userId, role }: WantedOnMatrix): boolean =>
    mayGive(power, homeserver.userId, userId, levelOf(role, power));
  const refused = new Set<MatrixUserId>();
  const refuse = (list: readonly WantedOnMatrix[]): void => list.forEach(({ userId }) => refused.add(userId));
  const byBot = missing.filter(mayBot);
  if (!(await wrote(homeserver, roomId, power, byBot))) refuse(byBot);
  for (const one of missing.filter((each) => !mayBot(each))) {
    const api = mayGive(power, one.userId, one.userId, levelOf(one.role, power)) ? await ghost(one.userId) : undefined;
    if (api === undefined || !(await wrote(api, roomId, power, [one]))) refuse([one]);
  }
  return refused;
}

/** False: the homeserver says that they may not. */
async function wrote(
  api: MatrixApi,
  roomId: MatrixRoomId,
  power: RoomPower,
  people: readonly WantedOnMatrix[],
): Promise<boolean> {
  if (people.length === 0) return true;
  try {
    await changePowerLevels(api, roomId, (levels) => {
      const users = new Map(Object.entries(isRecord(levels['users']) ? levels['users'] : {}));
      for (const { userId, role } of people) {
        const level = levelOf(role, power);
        if (level === undefined) users.delete(userId);
        else users.set(userId, level);
      }
      return { ...levels, users: Object.fromEntries(users) };
    });
    return true;
  } catch (error) {
    if (!isForbiddenOnMatrix(error)) throw error;
    return false;
  }
}
