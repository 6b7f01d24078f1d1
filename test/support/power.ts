import { isDeepStrictEqual } from 'node:util';
import type { MatrixRoomId, MatrixUserId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { WorkspaceUser } from '../../src/lib/rocketchat/types.ts';
import { type Bench, type RunningBridge, send } from './bridge-bench.ts';
import { type Scene, newScene } from './bridge-scene.ts';
import { eventually } from './eventually.ts';

const POWER_LEVELS = 'm.room.power_levels';

export const levelsIn = async (member: MatrixApi, room: MatrixRoomId): Promise<Record<string, unknown>> =>
  (await member.state(room, POWER_LEVELS, '')) ?? {};

/**
 * As a client does, which writes all levels at once; where the bridge wrote some between its reading and its writing,
 * that may be refused, and the person does it again. undefined: no level of their own any more.
 */
export async function setLevel(
  by: MatrixApi,
  room: MatrixRoomId,
  userId: MatrixUserId,
  level: number | undefined,
): Promise<void> {
  const before = await levelsIn(by, room);
  const { [userId]: _, ...users } = before['users'] as Record<string, number>;
  const content = { ...before, users: level === undefined ? users : { ...users, [userId]: level } };
  try {
    await by.sendState(room, POWER_LEVELS, '', content);
  } catch (error) {
    if (isDeepStrictEqual(await levelsIn(by, room), before)) throw error;
    await setLevel(by, room, userId, level);
  }
}

/** alice's own room on Matrix, in which the bot has that power from the beginning, linked with one of bob's. */
export async function roomOfAlice(
  bench: Bench,
  running: RunningBridge,
  { botLevel, version }: { readonly botLevel: number; readonly version?: string | undefined },
): Promise<Scene> {
  const scene = await newScene(bench, running);
  const { alice, bob } = scene;
  const room = await bob.createRoom('c', `${scene.room.name}-of-alice`);
  const matrixRoom = await alice.createRoom({
    preset: 'public_chat',
    visibility: 'private',
    ...(version === undefined ? {} : { version }),
  });
  if (botLevel > 0) await setLevel(alice, matrixRoom, running.connected.parts.homeserver.userId, botLevel);
  await running.service.link({ room: room.name, matrixRoom });
  return { ...scene, room, matrixRoom };
}

/** Somebody else on Matrix, who said something, and their account in Rocket.Chat. */
export async function newcomerIn(
  bench: Bench,
  { room, matrixRoom }: Scene,
): Promise<{ readonly userId: MatrixUserId; readonly account: WorkspaceUser }> {
  const carol = await bench.matrixUser(`carol-${room.name}`);
  await carol.join(matrixRoom);
  await send(carol, matrixRoom, 'carol is here');
  const account = await eventually(async () => {
    const found = (await bench.admin.members(room)).find(({ username }) => username.startsWith('carol'));
    if (found === undefined) throw new Error('carol is not there');
    return found;
  });
  return { userId: carol.userId, account };
}
