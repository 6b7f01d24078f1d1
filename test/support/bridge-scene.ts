import { expect } from 'vitest';
import type { MatrixRoomId, MatrixUserId, MessageId, WorkspaceUserId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { WorkspaceApi, WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import { type Bench, type RunningBridge, bodiesIn, post, send, textsIn } from './bridge-bench.ts';
import { eventually } from './eventually.ts';

/** Two people and a linked room of their own, on a bench that other tests use too. */
export interface Scene {
  readonly bob: WorkspaceApi;
  readonly alice: MatrixApi;
  readonly room: WorkspaceRoom;
  readonly matrixRoom: MatrixRoomId;
  /** alice's account in Rocket.Chat, and bob's on Matrix. */
  readonly puppet: string;
  readonly ghost: MatrixUserId;
}

export interface SceneOptions {
  /** `p`: a private group, the bot its moderator. */
  readonly type?: 'c' | 'p';
  /**
   * The Matrix room is alice's own: she has all power there, and her puppet becomes an owner in Rocket.Chat. As a
   * moderator she may only remove people, and bob stays the last owner.
   */
  readonly ownRoom?: boolean | 'as moderator';
}

let scenes = 0;

/** Nobody has spoken yet. */
export async function newScene(
  bench: Bench,
  { service, connected }: RunningBridge,
  options: SceneOptions = {},
): Promise<Scene> {
  scenes += 1;
  const [bobName, aliceName, name] = [`bob${scenes}`, `alice${scenes}`, `room-${scenes}`];
  const bob = await bench.workspaceUser(bobName);
  const alice = await bench.matrixUser(aliceName);
  const isGroup = options.type === 'p';
  const room = await bob.createRoom(options.type ?? 'c', name, isGroup ? ['rcfed'] : []);
  if (isGroup) await bob.setRoomRole(room, bench.config.workspace.credentials.userId, 'moderator', true);
  const own = options.ownRoom ? await roomOf(alice, options.ownRoom) : undefined;
  const linked = await service.link({ room: name, matrixRoom: own });
  const matrixRoom = linked.room.matrixRoomId as MatrixRoomId;
  if (own === undefined) {
    if (isGroup) await connected.parts.homeserver.invite(matrixRoom, alice.userId);
    await alice.join(matrixRoom);
  }
  const { serverName } = bench.homeserver;
  const ghost = `@rc_${bobName}:${serverName}` as MatrixUserId;
  return { bob, alice, room, matrixRoom, puppet: `${aliceName}.${serverName}`, ghost };
}

async function roomOf(alice: MatrixApi, as: true | 'as moderator'): Promise<MatrixRoomId> {
  const room = { preset: 'public_chat', visibility: 'private' } as const;
  if (as === true) return alice.createRoom(room);
  // From version 12 on whoever makes a room stands above every level.
  const id = await alice.createRoom({ ...room, version: '11' });
  const levels = await alice.state(id, 'm.room.power_levels', '');
  await alice.sendState(id, 'm.room.power_levels', '', { ...levels, users: { [alice.userId]: 50 } });
  return id;
}

/** Both have spoken: puppet and ghost exist and are members. */
export async function newConversation(
  bench: Bench,
  running: RunningBridge,
  options: SceneOptions = {},
): Promise<Scene> {
  const scene = await newScene(bench, running, options);
  await post(scene.bob, scene.room, 'hello');
  await send(scene.alice, scene.matrixRoom, 'hi');
  await eventually(async () => {
    expect(await workspaceTexts(scene)).toEqual(['hello', 'hi']);
    expect((await matrixBodies(scene)).toSorted()).toEqual(['hello', 'hi']);
  });
  return scene;
}

export const workspaceTexts = ({ bob, room }: Scene): Promise<string[]> => textsIn(bob, room.id);
export const matrixBodies = ({ alice, matrixRoom }: Scene): Promise<string[]> => bodiesIn(alice, matrixRoom);

/** Without what {@link newConversation} said. */
export const fresh = (texts: readonly string[]): string[] => texts.filter((text) => text !== 'hello' && text !== 'hi');

export async function bobReads(scene: Scene, texts: readonly string[], withinMs?: number): Promise<void> {
  await eventually(async () => expect(fresh(await workspaceTexts(scene))).toEqual(texts), withinMs);
}

export async function aliceReads(scene: Scene, bodies: readonly string[], withinMs?: number): Promise<void> {
  await eventually(async () => expect(fresh(await matrixBodies(scene))).toEqual(bodies), withinMs);
}

/** The newest event with that body, as alice sees it. */
export async function eventOnMatrix({ alice, matrixRoom }: Scene, body: string): Promise<Record<string, unknown>> {
  const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 100 });
  const found = events.find((event) => (event['content'] as { body?: unknown }).body === body);
  if (found === undefined) throw new Error(`nobody said ${body} on Matrix`);
  return found;
}

/** The newest message of that text, as bob sees it. */
export async function messageInWorkspace(
  { bob, room }: Scene,
  text: string,
): Promise<Record<string, unknown> & { _id: MessageId }> {
  const { updated } = await bob.syncMessages(room.id, 0);
  const found = updated.findLast((message) => message['msg'] === text);
  if (found === undefined) throw new Error(`nobody said ${text} in Rocket.Chat`);
  return found as Record<string, unknown> & { _id: MessageId };
}

export async function authorInWorkspace(scene: Scene, text: string): Promise<{ username: string; alias: unknown }> {
  const message = await messageInWorkspace(scene, text);
  return { username: (message['u'] as { username: string }).username, alias: message['alias'] };
}

/** Asks something of the workspace that the bridge itself never asks. */
export async function askWorkspace(
  bench: Bench,
  account: WorkspaceApi,
  endpoint: string,
  body: unknown,
): Promise<void> {
  const { userId, token } = account.credentials ?? bench.config.workspace.credentials;
  const answer = await fetch(`${bench.workspace.url}/api/v1/${endpoint}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user-id': userId, 'x-auth-token': token.reveal() },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${endpoint}: ${answer.status} ${await answer.text()}`);
}

/** Asks something of the homeserver that the bridge itself never asks, with a person's token. */
export async function askHomeserver(
  bench: Bench,
  token: string,
  path: string,
  body: unknown,
  method = 'POST',
): Promise<void> {
  const answer = await fetch(`${bench.homeserver.url}/_matrix/client/v3/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

export async function puppetId(bench: Bench, { puppet }: Scene): Promise<WorkspaceUserId> {
  const account = await bench.admin.userByName(puppet);
  if (account === undefined) throw new Error(`${puppet} is not there`);
  return account.id;
}

/** Both servers work for the bridge and nothing waits. */
export async function allIsWell({ service }: RunningBridge): Promise<void> {
  await eventually(async () => {
    const status = await service.status();
    expect(status.workspace).toMatchObject({ works: true, realtime: true });
    expect(status.homeserver).toMatchObject({ works: true });
    expect(status.waiting).toEqual([]);
  });
}
