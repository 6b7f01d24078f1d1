import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { WorkspaceRoomId, WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { silentLog } from '../../../src/lib/core/log.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createRealtime, type RealtimeOptions } from '../../../src/lib/rocketchat/realtime.ts';
import type { RealtimeEvent, RealtimeSession } from '../../../src/lib/rocketchat/types.ts';
import { type DdpServer, startDdpServer } from '../../support/ddp-server.ts';
import { eventually } from '../../support/eventually.ts';

const ROOM = 'GENERAL' as WorkspaceRoomId;
const DELETIONS = [`stream-notify-room ${ROOM}/deleteMessage`];
const MESSAGES = 'stream-room-messages __my_messages__';

interface Heard {
  readonly session: RealtimeSession;
  readonly events: RealtimeEvent[];
  readonly life: string[];
}

const until = (check: () => void): Promise<void> => eventually(check);

const open: { server?: DdpServer; sessions: RealtimeSession[] } = { sessions: [] };

afterEach(async () => {
  await Promise.all(open.sessions.splice(0).map((session) => session.close()));
  await open.server?.stop();
});

async function server(): Promise<DdpServer> {
  open.server = await startDdpServer();
  return open.server;
}

function listen(
  url: string,
  options: Partial<RealtimeOptions> = {},
  onEvent: (event: RealtimeEvent) => void = () => {},
): Heard {
  const events: RealtimeEvent[] = [];
  const life: string[] = [];
  const session = createRealtime({
    url,
    credentials: { userId: 'bot' as WorkspaceUserId, token: new Secret('token') },
    clock: systemClock,
    log: silentLog,
    longestPauseMs: 20,
    handlers: {
      onEvent(event) {
        onEvent(event);
        events.push(event);
      },
      onReady: () => life.push('ready'),
      onLost: () => life.push('lost'),
      onRefused: (error) => life.push(`refused ${error.status}`),
    },
    ...options,
  });
  open.sessions.push(session);
  return { session, events, life };
}

const message = (id: string): unknown[] => [
  { _id: id, rid: ROOM, msg: id },
  { roomParticipant: true, roomType: 'c' },
];

test('a connection that is cut comes back with each subscription once', async () => {
  const workspace = await server();
  const { session, events, life } = listen(workspace.url);
  await session.start();
  await session.watchRoom(ROOM);
  for (let cuts = 1; cuts <= 3; cuts += 1) {
    workspace.current.cut();
    await until(() => expect(life.filter((step) => step === 'ready')).toHaveLength(cuts + 1));
    await until(() =>
      expect([...workspace.current.subscriptions.values()].toSorted()).toEqual([...DELETIONS, MESSAGES].toSorted()),
    );
  }
  workspace.current.emit('stream-room-messages', '__my_messages__', message('after'));
  workspace.current.emit('stream-notify-room', `${ROOM}/deleteMessage`, [{ _id: 'gone' }]);
  await until(() => expect(events).toHaveLength(2));
  expect(events.map((event) => event.kind)).toEqual(['message', 'deleted']);
  expect(life).toEqual(['ready', 'lost', 'ready', 'lost', 'ready', 'lost', 'ready']);
});

test('the driver’s own recovery and pings stay off, so that there is one of each', async () => {
  const workspace = await server();
  const intervals = vi.spyOn(globalThis, 'setInterval');
  const timeouts = vi.spyOn(globalThis, 'setTimeout');
  try {
    const { session, life } = listen(workspace.url, { pingEveryMs: 77_000, deadlineMs: 66_000 });
    await session.start();
    workspace.current.emit('stream-room-messages', '__my_messages__', message('one'));
    workspace.current.cut();
    await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
    // The driver would set 10 s to open again and 30 s to ping.
    const long = timeouts.mock.calls.map(([, ms]) => ms ?? 0).filter((ms) => ms > 1_000);
    expect(new Set(long)).toEqual(new Set([66_000, 77_000]));
    expect(intervals.mock.calls.filter(([, ms]) => (ms ?? 0) > 1_000)).toEqual([]);
    expect(workspace.connections).toHaveLength(2);
  } finally {
    intervals.mockRestore();
    timeouts.mockRestore();
  }
});

test('all messages are subscribed to before any room', async () => {
  const workspace = await server();
  const { session } = listen(workspace.url);
  const watched = session.watchRoom(ROOM);
  await session.start();
  await watched;
  expect([...workspace.current.subscriptions.values()]).toEqual([MESSAGES, ...DELETIONS]);
});

test('events arrive in the order in which the server sent them', async () => {
  const workspace = await server();
  const { session, events } = listen(workspace.url);
  await session.start();
  const ids = Array.from({ length: 200 }, (_, index) => `m${index}`);
  for (const id of ids) workspace.current.emit('stream-room-messages', '__my_messages__', message(id));
  await until(() => expect(events).toHaveLength(200));
  expect(events.map((event) => event.kind === 'message' && event.message['_id'])).toEqual(ids);
});

test('a server that closes in good order is a loss too', async () => {
  const workspace = await server();
  const { session, life } = listen(workspace.url);
  await session.start();
  workspace.current.close(1000);
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
});

test('a connection that hears nothing after a ping is replaced', async () => {
  const workspace = await server();
  const { session, life } = listen(workspace.url, { pingEveryMs: 20, pongWithinMs: 1_000 });
  await session.start();
  workspace.script = (frame, connection) =>
    connection === workspace.connections[0] && frame.msg === 'ping' ? [] : undefined;
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
  expect(workspace.connections).toHaveLength(2);
});

test('a quiet connection whose pings are answered stays', async () => {
  const workspace = await server();
  const { session, life } = listen(workspace.url, { pingEveryMs: 5, pongWithinMs: 500 });
  await session.start();
  await until(() => expect(workspace.received.filter(({ msg }) => msg === 'ping').length).toBeGreaterThan(3));
  expect(life).toEqual(['ready']);
});

test('the server is answered its pings with their ids', async () => {
  const workspace = await server();
  const { session } = listen(workspace.url);
  await session.start();
  workspace.current.send({ msg: 'ping', id: 'seven' });
  workspace.current.send({ msg: 'ping' });
  await until(() =>
    expect(workspace.received.filter(({ msg }) => msg === 'pong')).toEqual([
      { msg: 'pong', id: 'seven' },
      { msg: 'pong' },
    ]),
  );
});

test.each(['connect', 'method', 'sub'])('a server that never answers "%s" is tried again', async (silent) => {
  const workspace = await server();
  workspace.script = (frame, connection) =>
    connection === workspace.connections[0] && frame.msg === silent ? [] : undefined;
  const { session, life } = listen(workspace.url, { deadlineMs: 1_000 });
  await session.start();
  expect(workspace.connections).toHaveLength(2);
  expect(life).toEqual(['ready']);
});

test('a room that may not be watched says so, and the others go on', async () => {
  const workspace = await server();
  const { session, life } = listen(workspace.url);
  workspace.script = (frame) =>
    frame.msg === 'sub' && String(frame.params?.[0]).startsWith('secret/')
      ? [{ msg: 'nosub', id: frame.id, error: { error: 'not-allowed', reason: 'Not allowed' } }]
      : undefined;
  await session.start();
  await expect(session.watchRoom('secret' as WorkspaceRoomId)).rejects.toMatchObject({
    failure: 'refused',
    code: 'not-allowed',
  });
  await session.watchRoom(ROOM);
  workspace.current.cut();
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
  await until(() => expect([...workspace.current.subscriptions.values()]).toEqual([MESSAGES, ...DELETIONS]));
  expect(workspace.received.filter(({ params }) => String(params?.[0]).startsWith('secret/'))).toHaveLength(1);
});

test('a room that is refused after a reconnect does not keep the others waiting', async () => {
  const workspace = await server();
  const { session, life } = listen(workspace.url);
  await session.start();
  await session.watchRoom('left' as WorkspaceRoomId);
  await session.watchRoom(ROOM);
  workspace.script = (frame) =>
    String(frame.params?.[0]).startsWith('left/')
      ? [{ msg: 'nosub', id: frame.id, error: { error: 'not-allowed' } }]
      : undefined;
  workspace.current.cut();
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
  await until(() => expect([...workspace.current.subscriptions.values()]).toEqual([MESSAGES, ...DELETIONS]));
});

test('subscribing waits as long as the limiter says', async () => {
  const workspace = await server();
  const waits: number[] = [];
  const clock = {
    now: () => systemClock.now(),
    sleep(ms: number, signal?: AbortSignal) {
      if (ms === 31_000) waits.push(ms);
      return systemClock.sleep(ms === 31_000 ? 1 : ms, signal);
    },
  };
  const { session, life } = listen(workspace.url, { clock });
  await session.start();
  let refusals = 2;
  workspace.script = (frame) => {
    if (frame.msg !== 'sub' || refusals === 0) return undefined;
    refusals -= 1;
    return [{ msg: 'nosub', id: frame.id, error: { error: 'too-many-requests', details: { timeToReset: 31_000 } } }];
  };
  await session.watchRoom(ROOM);
  expect(waits).toEqual([31_000, 31_000]);
  expect([...workspace.current.subscriptions.values()]).toEqual([MESSAGES, ...DELETIONS]);
  expect(life).toEqual(['ready']);
});

test('a room no longer watched is not subscribed to again', async () => {
  const workspace = await server();
  const { session, life } = listen(workspace.url);
  await session.start();
  await session.watchRoom(ROOM);
  await session.unwatchRoom(ROOM);
  expect([...workspace.current.subscriptions.values()]).toEqual([MESSAGES]);
  workspace.current.cut();
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
  expect([...workspace.current.subscriptions.values()]).toEqual([MESSAGES]);
});

test('a subscription that the server ends is made again', async () => {
  const workspace = await server();
  const { session, life } = listen(workspace.url);
  await session.start();
  const [id] = [...workspace.current.subscriptions.keys()];
  workspace.current.send({ msg: 'nosub', id });
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
  expect([...workspace.current.subscriptions.values()]).toEqual([MESSAGES]);
});

const loggedOut = {
  error: 403,
  reason: "You've been logged out by the server. Please log in again.",
  errorType: 'Meteor.Error',
};

test('a token that is refused at the start ends the session', async () => {
  const workspace = await server();
  workspace.script = (frame) =>
    frame.msg === 'method' ? [{ msg: 'result', id: frame.id, error: loggedOut }] : undefined;
  const { session, life } = listen(workspace.url);
  await expect(session.start()).rejects.toMatchObject({
    side: 'workspace',
    failure: 'refused',
    status: 401,
    code: 'unauthorized',
  });
  expect(life).toEqual([]);
});

test('a token that is revoked later is told once, and not tried again', async () => {
  const workspace = await server();
  const { session, life } = listen(workspace.url);
  await session.start();
  workspace.script = (frame) =>
    frame.msg === 'method' ? [{ msg: 'result', id: frame.id, error: loggedOut }] : undefined;
  workspace.current.cut();
  await until(() => expect(life).toEqual(['ready', 'lost', 'refused 401']));
  await session.close();
  expect(workspace.connections).toHaveLength(2);
});

test('an event that could not be taken costs the connection, so that catching up brings it again', async () => {
  const workspace = await server();
  let full = true;
  const { session, life, events } = listen(workspace.url, {}, () => {
    if (full) throw new Error('disk full');
  });
  await session.start();
  workspace.current.emit('stream-room-messages', '__my_messages__', message('a'));
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
  full = false;
  workspace.current.emit('stream-room-messages', '__my_messages__', message('b'));
  await until(() => expect(events).toHaveLength(1));
});

test('frames without sense are passed over, and a frame that is no JSON costs the connection only', async () => {
  const workspace = await server();
  const { session, life, events } = listen(workspace.url);
  await session.start();
  workspace.current.send({ msg: 'changed', collection: 'stream-room-messages', fields: null });
  workspace.current.send({
    msg: 'changed',
    collection: 'stream-room-messages',
    fields: { eventName: '__my_messages__' },
  });
  workspace.current.send({
    msg: 'changed',
    collection: 'stream-notify-room',
    fields: { eventName: `${ROOM}/typing`, args: ['alice', true] },
  });
  workspace.current.emit('stream-room-messages', '__my_messages__', message('sense'));
  await until(() => expect(events).toHaveLength(1));
  expect(life).toEqual(['ready']);
  workspace.current.sendText('<html>');
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
});

test('closing says nothing of a loss and leaves nothing behind', async () => {
  const workspace = await server();
  const { session, life } = listen(workspace.url);
  await session.start();
  await session.close();
  expect(life).toEqual(['ready']);
  await expect(session.watchRoom(ROOM)).rejects.toMatchObject({ failure: 'network' });
  expect(workspace.received.some(({ method }) => method === 'logout')).toBe(false);
});

test('starting can be called off while nothing answers', async () => {
  const { session } = listen('http://127.0.0.1:9');
  const calledOff = new AbortController();
  const started = session.start(calledOff.signal);
  calledOff.abort(new Error('stopped'));
  await expect(started).rejects.toThrow('stopped');
});

test('a reconnect that is asked for makes a new connection', async () => {
  const workspace = await server();
  const { session, life } = listen(workspace.url);
  await session.start();
  session.reconnect('deaf');
  await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
  expect(workspace.connections).toHaveLength(2);
});
