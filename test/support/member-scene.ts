import { expect } from 'vitest';
import type { MatrixUserId, WorkspaceUserId } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import type { WorkspaceApi } from '../../src/lib/rocketchat/types.ts';
import type { Bench } from './bridge-bench.ts';
import type { Scene } from './bridge-scene.ts';
import { eventually } from './eventually.ts';

/** How somebody stands to the scene's room on Matrix, as alice's homeserver has it; undefined: it never heard of them. */
export async function membershipOnMatrix(
  { alice, matrixRoom }: Pick<Scene, 'alice' | 'matrixRoom'>,
  id: MatrixUserId,
): Promise<Record<string, unknown> | undefined> {
  return alice.state(matrixRoom, 'm.room.member', id);
}

/** Usernames of those who are in the room in Rocket.Chat, without the bot. */
export async function membersInWorkspace(bench: Bench, { room }: Scene): Promise<string[]> {
  const { state } = bench.workspace;
  return state.rooms
    .members(room.id)
    .map(({ u }) => u.username)
    .filter((username) => username !== 'rcfed')
    .toSorted();
}

export async function standsOnMatrix(
  scene: Pick<Scene, 'alice' | 'matrixRoom'>,
  id: MatrixUserId,
  membership: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  await eventually(async () => expect(await membershipOnMatrix(scene, id)).toMatchObject({ membership, ...more }));
}

export async function areInWorkspace(bench: Bench, scene: Scene, usernames: readonly string[]): Promise<void> {
  await eventually(async () => expect(await membersInWorkspace(bench, scene)).toEqual(usernames.toSorted()));
}

export interface Colleague {
  readonly account: WorkspaceApi;
  readonly id: WorkspaceUserId;
  readonly username: string;
  readonly ghost: MatrixUserId;
}

let colleagues = 0;

/** Somebody else in Rocket.Chat, who is in no room. */
export async function newColleague(bench: Bench): Promise<Colleague> {
  colleagues += 1;
  const username = `carol${colleagues}`;
  const account = await bench.workspaceUser(username);
  const { id } = await account.me();
  return { account, id, username, ghost: `@rc_${username}:${bench.homeserver.serverName}` as MatrixUserId };
}

/** A bot that is in none of the rooms and writes all the same, as webhooks do. */
export function newWebhook(bench: Bench): Colleague {
  colleagues += 1;
  const username = `hook${colleagues}`;
  const { userId, token } = bench.workspace.createUser({ username, roles: ['bot'] });
  const id = userId as WorkspaceUserId;
  const account = bench.admin.as({ userId: id, token: new Secret(token) });
  return { account, id, username, ghost: `@rc_${username}:${bench.homeserver.serverName}` as MatrixUserId };
}
