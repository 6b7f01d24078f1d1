import { expect } from 'vitest';
import type { MatrixRoomId, MatrixUserId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { WorkspaceApi, WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import { type Bench, type RunningBridge, post, send } from './bridge-bench.ts';
import { type Scene, matrixBodies, workspaceTexts } from './bridge-scene.ts';
import { eventually } from './eventually.ts';

let scenes = 0;

/** Two people who never met. */
export interface Strangers extends Pick<Scene, 'bob' | 'alice' | 'puppet' | 'ghost'> {
  readonly bobName: string;
}

export async function newStrangers(bench: Bench): Promise<Strangers> {
  scenes += 1;
  const [bobName, aliceName] = [`dbob${scenes}`, `dalice${scenes}`];
  const { serverName } = bench.homeserver;
  return {
    bobName,
    bob: await bench.workspaceUser(bobName),
    alice: await bench.matrixUser(aliceName),
    puppet: `${aliceName}.${serverName}`,
    ghost: `@rc_${bobName}:${serverName}` as MatrixUserId,
  };
}

/** alice starts a conversation, as Element does without encryption. */
export function startOnMatrix(alice: MatrixApi, ghosts: readonly MatrixUserId[]): Promise<MatrixRoomId> {
  return alice.createRoom({ preset: 'private_chat', visibility: 'private', isDirect: true, invite: ghosts });
}

/** The direct message that appeared for that account, with exactly these people. */
export function directRoomOf(
  account: WorkspaceApi,
  usernames: readonly string[],
  withinMs?: number,
): Promise<WorkspaceRoom> {
  return eventually(async () => {
    const { updated } = await account.changedRooms(1);
    const rooms = updated.filter(({ type }) => type === 'd');
    for (const room of rooms) {
      const names = (await account.members(room)).map(({ username }) => username).toSorted();
      if (JSON.stringify(names) === JSON.stringify(usernames.toSorted())) return room;
    }
    throw new Error(`no direct message of ${usernames.join(', ')} among ${rooms.length}`);
  }, withinMs);
}

interface Invites {
  readonly next_batch: string;
  readonly rooms?: {
    readonly invite?: Record<string, { readonly invite_state: { readonly events: readonly InviteEvent[] } }>;
  };
}

interface InviteEvent {
  readonly type: string;
  readonly state_key?: string;
  readonly sender: string;
  readonly content: { readonly membership?: string; readonly is_direct?: boolean };
}

interface Client {
  since: string | undefined;
  readonly invites: Map<MatrixRoomId, InviteEvent>;
}

const clients = new WeakMap<MatrixApi, Client>();

/** Rooms that alice was invited to since she first asked, with the invitation. */
export async function invitesOf(bench: Bench, alice: MatrixApi): Promise<{ roomId: MatrixRoomId; by: InviteEvent }[]> {
  const client = clients.get(alice) ?? { since: undefined, invites: new Map() };
  clients.set(alice, client);
  const query = client.since === undefined ? '' : `&since=${encodeURIComponent(client.since)}`;
  const answer = await fetch(`${bench.homeserver.url}/_matrix/client/v3/sync?timeout=0${query}`, {
    headers: { authorization: `Bearer ${bench.matrixToken(alice)}` },
  });
  const { rooms, next_batch: next } = (await answer.json()) as Invites;
  client.since = next;
  for (const [roomId, { invite_state: state }] of Object.entries(rooms?.invite ?? {})) {
    const by = state.events.find(({ type, state_key: key }) => type === 'm.room.member' && key === alice.userId);
    if (by !== undefined) client.invites.set(roomId as MatrixRoomId, by);
  }
  return [...client.invites].map(([roomId, by]) => ({ roomId, by }));
}

/** alice has invited bob's ghost, and both have said something. */
export async function newDirect(bench: Bench): Promise<Scene> {
  const strangers = await newStrangers(bench);
  const { alice, bob, ghost, puppet, bobName } = strangers;
  const matrixRoom = await startOnMatrix(alice, [ghost]);
  await send(alice, matrixRoom, 'hi');
  const room = await directRoomOf(bob, [bobName, puppet]);
  const scene = { ...strangers, room, matrixRoom };
  await eventually(async () => expect(await workspaceTexts(scene)).toEqual(['hi']));
  await post(bob, room, 'hello');
  await eventually(async () => expect((await matrixBodies(scene)).toSorted()).toEqual(['hello', 'hi']));
  return scene;
}

/** alice is invited once, and comes. */
export async function acceptDirect(bench: Bench, alice: MatrixApi): Promise<MatrixRoomId> {
  const [invite] = await eventually(async () => {
    const invites = await invitesOf(bench, alice);
    expect(invites).toHaveLength(1);
    return invites;
  });
  if (invite === undefined) throw new Error('alice is not invited');
  await alice.join(invite.roomId);
  return invite.roomId;
}

/** alice has spoken in a channel before: her puppet is there. */
export async function makePuppet(
  bench: Bench,
  running: RunningBridge,
  { alice, bob, puppet }: Strangers,
): Promise<void> {
  scenes += 1;
  const room = await bob.createRoom('c', `meeting-${scenes}`);
  const linked = await running.service.link({ room: room.name });
  const matrixRoom = linked.room.matrixRoomId as MatrixRoomId;
  await alice.join(matrixRoom);
  await send(alice, matrixRoom, 'here I am');
  await eventually(async () => expect((await bob.userByName(puppet))?.username).toBe(puppet));
}
