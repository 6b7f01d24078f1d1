import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { MessageId, WorkspaceRoomId, WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { silentLog } from '../../../src/lib/core/log.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createWorkspaceApi } from '../../../src/lib/rocketchat/api.ts';
import { createRealtime } from '../../../src/lib/rocketchat/realtime.ts';
import type {
  RealtimeEvent,
  RealtimeSession,
  WorkspaceApi,
  WorkspaceCredentials,
  WorkspaceRoom,
} from '../../../src/lib/rocketchat/types.ts';
import { type SandboxWorkspace, startWorkspace, type WorkspaceOptions } from '../../../src/sandbox/workspace/server.ts';
import { eventually } from '../../support/eventually.ts';

interface Scene {
  readonly workspace: SandboxWorkspace;
  readonly admin: WorkspaceApi;
  readonly room: WorkspaceRoom;
}

const ends: (() => Promise<void>)[] = [];
const until = (check: () => void): Promise<void> => eventually(check);

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function scene(options: WorkspaceOptions = {}): Promise<Scene> {
  const workspace = await startWorkspace(options);
  ends.push(() => workspace.stop());
  const { userId, token } = workspace.admin;
  const credentials = { userId: userId as WorkspaceUserId, token: new Secret(token) };
  const admin = createWorkspaceApi({ url: workspace.url, credentials, clock: systemClock, log: silentLog });
  return { workspace, admin, room: await admin.createRoom('c', 'portal') };
}

function listen(
  url: string,
  credentials: WorkspaceCredentials,
): { session: RealtimeSession; events: RealtimeEvent[]; life: string[]; watched: WorkspaceRoomId[] } {
  const events: RealtimeEvent[] = [];
  const life: string[] = [];
  const watched: WorkspaceRoomId[] = [];
  const session = createRealtime({
    url,
    credentials,
    clock: systemClock,
    log: silentLog,
    longestPauseMs: 20,
    handlers: {
      onEvent: (event) => events.push(event),
      onReady: () => life.push('ready'),
      onRoomWatched: (roomId) => watched.push(roomId),
      onLost: () => life.push('lost'),
      onRefused: (error) => life.push(`refused ${error.status}`),
    },
  });
  ends.push(() => session.close());
  return { session, events, life, watched };
}

const newId = (): MessageId => randomBytes(16).toString('hex').slice(0, 17) as MessageId;

const told = (events: readonly RealtimeEvent[]): string[] =>
  events.map((event) => (event.kind === 'message' ? `message ${String(event.message['msg'])}` : `deleted ${event.id}`));

describe.each(['6.13', '7.13', '8.8', '9.0'])('a workspace of version %s', (version) => {
  test('tells of messages, edits and deletions, also after its connections were cut', async () => {
    const { workspace, admin, room } = await scene({ version });
    const { session, events, life } = listen(workspace.url, admin.credentials!);
    await session.start();
    await session.watchRoom(room.id);
    const [first, second] = [newId(), newId()];
    await admin.sendMessage({ id: first, roomId: room.id, text: 'one' });
    await admin.updateMessage(room.id, first, 'ONE');
    await admin.deleteMessage(room.id, first);
    await until(() => expect(told(events)).toEqual(['message one', 'message ONE', `deleted ${first}`]));
    for (let cuts = 1; cuts <= 3; cuts += 1) {
      workspace.cutRealtime();
      await until(() => expect(life.filter((step) => step === 'ready')).toHaveLength(cuts + 1));
    }
    await admin.sendMessage({ id: second, roomId: room.id, text: 'two' });
    await admin.deleteMessage(room.id, second);
    await until(() => expect(told(events).slice(3)).toEqual(['message two', `deleted ${second}`]));
    expect(life.join(' ')).toBe('ready lost ready lost ready lost ready');
    expect(workspace.realtimeConnections()).toBe(1);
  });
});

test('a message document comes as the server sent it, its dates as EJSON', async () => {
  const { workspace, admin, room } = await scene();
  const { session, events } = listen(workspace.url, admin.credentials!);
  await session.start();
  await admin.sendMessage({ id: newId(), roomId: room.id, text: 'dated' });
  await until(() => expect(events).toHaveLength(1));
  expect(events[0]).toMatchObject({
    kind: 'message',
    message: { rid: room.id, u: { username: 'admin' }, ts: { $date: expect.any(Number) } },
  });
});

test('the workspace is back after a restart', async () => {
  const { workspace, admin, room } = await scene();
  const { session, events, life } = listen(workspace.url, admin.credentials!);
  await session.start();
  await workspace.restart();
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
  await admin.sendMessage({ id: newId(), roomId: room.id, text: 'back' });
  await until(() => expect(told(events)).toEqual(['message back']));
});

test('an account whose token is revoked hears of it', async () => {
  const { workspace } = await scene();
  const user = workspace.createUser({ username: 'puppet', roles: ['user', 'bot'] });
  const { session, life } = listen(workspace.url, {
    userId: user.userId as WorkspaceUserId,
    token: new Secret(user.token),
  });
  await session.start();
  workspace.revokeTokens('puppet');
  await until(() => expect(life).toEqual(['ready', 'lost', 'refused 401']));
});

test('a wrong token is refused at the start', async () => {
  const { workspace, admin } = await scene();
  const { session } = listen(workspace.url, { ...admin.credentials!, token: new Secret('wrong') });
  await expect(session.start()).rejects.toMatchObject({ failure: 'refused', status: 401 });
  await until(() => expect(workspace.realtimeConnections()).toBe(0));
});

test('closing a session keeps its personal access token', async () => {
  const { workspace, admin } = await scene();
  const { session } = listen(workspace.url, admin.credentials!);
  await session.start();
  await session.close();
  await until(() => expect(workspace.realtimeConnections()).toBe(0));
  expect((await admin.me()).username).toBe('admin');
});

test('more rooms than the limiter lets through at once are all watched in the end', async () => {
  const { workspace, admin } = await scene({
    settings: {
      DDP_Rate_Limit_Connection_By_Method_Requests_Allowed: 2,
      DDP_Rate_Limit_Connection_By_Method_Interval_Time: 50,
    },
  });
  const { session, events, life, watched } = listen(workspace.url, admin.credentials!);
  await session.start();
  const rooms = await Promise.all(Array.from({ length: 12 }, (_, index) => admin.createRoom('c', `room-${index}`)));
  await Promise.all(rooms.map(({ id }) => session.watchRoom(id)));
  workspace.cutRealtime();
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
  await until(() => expect(watched).toHaveLength(24));
  for (const { id } of rooms) {
    const message = newId();
    await admin.sendMessage({ id: message, roomId: id, text: id });
    await admin.deleteMessage(id, message);
  }
  await until(() => expect(events.filter(({ kind }) => kind === 'deleted')).toHaveLength(12));
});

test('a room that one may not see cannot be watched', async () => {
  const { workspace, admin } = await scene();
  const group = await admin.createRoom('p', 'secret');
  const user = workspace.createUser({ username: 'stranger' });
  const { session } = listen(workspace.url, { userId: user.userId as WorkspaceUserId, token: new Secret(user.token) });
  await session.start();
  await expect(session.watchRoom(group.id)).rejects.toMatchObject({ failure: 'refused', code: 'not-allowed' });
});
