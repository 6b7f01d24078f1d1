import { describe, expect, it } from 'vitest';
import { startWorkspace } from '../../../src/sandbox/workspace/server.ts';
import { eventually } from '../../support/eventually.ts';
import {
  manualClock,
  nobody,
  startWorkspaceUnderTest,
  type WorkspaceUnderTest,
} from '../../support/sandbox-workspace.ts';

describe('the sandbox workspace as a server', () => {
  it('listens on loopback only', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org'])
      await expect(startWorkspace({ host })).rejects.toThrow('loopback only');
  });

  it('tells its version in two numbers, in full to an admin, and the time of its clock', async () => {
    const clock = manualClock(Date.UTC(2030, 0, 1));
    await using workspace = await startWorkspaceUnderTest({ clock, version: '7.13.9' });
    const { body, headers } = await workspace.get('/api/info', nobody);
    expect([body, headers.get('date')]).toEqual([{ version: '7.13', success: true }, 'Tue, 01 Jan 2030 00:00:00 GMT']);
    expect((await workspace.get('/api/info')).body).toMatchObject({ version: '7.13.9' });
  });

  it('shows public settings to everybody, the others to admins, and lets an admin change them', async () => {
    await using workspace = await startWorkspaceUnderTest({ settings: { Message_MaxAllowedSize: 7 } });
    const { body } = await workspace.get(
      'settings.public?_id=Message_MaxAllowedSize,API_Default_Count,Site_Url',
      nobody,
    );
    expect(body['settings'].map(({ _id, value }) => [_id, value])).toEqual([
      ['Site_Url', workspace.server.url],
      ['Message_MaxAllowedSize', 7],
    ]);
    expect((await workspace.get('settings/API_Default_Count', workspace.user('alice'))).status).toBe(403);
    await workspace.post('settings/API_Default_Count', { value: 3 });
    expect((await workspace.get('settings/API_Default_Count')).body['value']).toBe(3);
  });

  it('survives a restart with its documents, but without sessions, counters and what was about to happen', async () => {
    await using workspace = await startWorkspaceUnderTest();
    const alice = workspace.user('alice');
    const client = await workspace.realtime(alice);
    await client.subscribe('stream-room-messages', 'GENERAL');
    Object.assign(workspace.server.faults.delivery, { lateEvery: 1, lateMs: 60_000 });
    const { _id } = await workspace.say(alice, 'GENERAL', 'kept');
    const { url } = workspace.server;
    await workspace.server.restart();
    await eventually(() => expect(client.closed).toBe(true));
    expect([workspace.server.url, client.messages()]).toEqual([url, []]);
    expect((await workspace.get(`chat.getMessage?msgId=${_id}`, alice)).body['message'].msg).toBe('kept');
  });

  it('tells a hook what it was asked, and answers 500 when the hook objects', async () => {
    const seen: unknown[] = [];
    await using workspace = await startWorkspaceUnderTest({
      onRequest(method, path, params) {
        seen.push([method, path, params]);
        if (path.endsWith('/me')) throw new Error('not me');
      },
    });
    await workspace.get('channels.info?roomId=GENERAL');
    expect(seen).toEqual([['GET', '/api/v1/channels.info', { roomId: 'GENERAL' }]]);
    expect(await workspace.get('me')).toMatchObject({ status: 500, body: { error: 'not me' } });
  });
});

describe('limits of the sandbox workspace', () => {
  it('let 10 calls a minute through for each route and address, and say when more are welcome', async () => {
    const clock = manualClock();
    await using workspace = await startWorkspaceUnderTest({ clock });
    const alice = workspace.user('alice');
    const answers = [];
    for (let i = 0; i < 11; i++) answers.push(await workspace.get('me', alice));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(10).fill(200), 429]);
    const { body, headers } = answers[10] as (typeof answers)[number];
    expect(body).toEqual({
      success: false,
      error: expect.stringMatching(/^Error, too many requests.*\[error-too-many-requests\]$/),
    });
    const limits = ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`));
    expect(limits).toEqual(['10', '0', String(clock.now() + 60_000)]);
    expect((await workspace.get('rooms.get', alice)).status).toBe(200);
    clock.advance(60_000);
    expect((await workspace.get('me', alice)).status).toBe(200);
  });

  it('do not hold for admins and bots, and hold for logins', async () => {
    await using workspace = await startWorkspaceUnderTest();
    const bot = workspace.user('robot', ['user', 'bot']);
    for (let i = 0; i < 12; i++)
      expect((await workspace.get('me', i % 2 === 0 ? bot : workspace.server.admin)).status).toBe(200);
    const logins = [];
    for (let i = 0; i < 11; i++)
      logins.push((await workspace.post('login', { user: 'x', password: 'y' }, nobody)).status);
    expect(logins.at(-1)).toBe(429);
  });

  it('let people without send-many-messages send 5 a second from 8.8 on', async () => {
    const clock = manualClock();
    await using workspace = await startWorkspaceUnderTest({ clock });
    const alice = workspace.user('alice');
    const statuses = [];
    for (let i = 0; i < 6; i++)
      statuses.push(
        (await workspace.post('chat.sendMessage', { message: { rid: 'GENERAL', msg: 'x' } }, alice)).status,
      );
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    clock.advance(1000);
    await workspace.say(alice, 'GENERAL', 'x');
  });
});

describe('faults of the sandbox workspace', () => {
  const send = (workspace: WorkspaceUnderTest, msg: string): Promise<number | string> =>
    workspace.post('chat.sendMessage', { message: { rid: 'GENERAL', msg } }).then(
      ({ status }) => status,
      () => 'cut',
    );
  const texts = (workspace: WorkspaceUnderTest): string[] =>
    workspace.server.state.messages.inRoom('GENERAL').map(({ msg }) => msg);

  it('drop the answer after the act, or cut the socket before it, as often as told', async () => {
    await using workspace = await startWorkspaceUnderTest();
    workspace.server.faults.add({ method: 'POST', path: 'chat\\.sendMessage', action: 'drop-answer', times: 1 });
    expect([await send(workspace, 'acted'), await send(workspace, 'fine')]).toEqual(['cut', 200]);
    workspace.server.faults.add({ path: 'chat\\.sendMessage', action: 'cut', times: 1 });
    expect([await send(workspace, 'not acted'), await send(workspace, 'fine too')]).toEqual(['cut', 200]);
    expect(texts(workspace)).toEqual(['acted', 'fine', 'fine too']);
  });

  it('answer with a 5xx, a 429, or a page of a proxy, without acting', async () => {
    await using workspace = await startWorkspaceUnderTest();
    for (const [action, status] of [
      ['status', 503],
      ['too-many-requests', 429],
      ['html', 502],
    ] as const) {
      workspace.server.faults.add({ path: 'sendMessage', action, times: 1, delayMs: 5000 });
      expect(await send(workspace, action)).toBe(status);
    }
    expect(texts(workspace)).toEqual([]);
    workspace.server.faults.add({ path: 'me$', action: 'html', times: 1 });
    const page = await workspace.get('me');
    expect([page.headers.get('content-type'), page.body['text']]).toEqual([
      'text/html',
      expect.stringContaining('<h1>'),
    ]);
  });

  it('delay by the clock, by chance, and for one user alone', async () => {
    const clock = manualClock();
    await using workspace = await startWorkspaceUnderTest({ clock });
    const alice = workspace.user('alice');
    workspace.server.faults.add({ path: 'me$', action: 'delay', delayMs: 1000, userId: alice.userId });
    expect((await workspace.get('me')).status).toBe(200);
    let answered = false;
    const late = workspace.get('me', alice).then(() => (answered = true));
    await eventually(() => expect(workspace.server.faults.list()[0]?.hits).toBe(1));
    await workspace.get('me');
    expect(answered).toBe(false);
    await eventually(() => {
      clock.advance(1000);
      expect(answered).toBe(true);
    });
    await late;
    workspace.server.faults.clear();
    workspace.server.faults.add({ path: 'me$', action: 'status', probability: 0 });
    expect((await workspace.get('me')).status).toBe(200);
  });

  it('can be asked for over HTTP, from anywhere but a browser', async () => {
    await using workspace = await startWorkspaceUnderTest();
    await workspace.post('/_sandbox/faults', { path: 'sendMessage', action: 'status', status: 500, times: 1 });
    expect([await send(workspace, 'a'), await send(workspace, 'b')]).toEqual([500, 200]);
    expect((await workspace.get('/_sandbox/faults')).body['rules']).toMatchObject([{ hits: 1 }]);
    expect((await workspace.get('/_sandbox/messages?rid=general')).body['messages']).toMatchObject([{ msg: 'b' }]);
    const alice = workspace.user('alice');
    await workspace.post('/_sandbox/revoke-tokens', { username: 'alice' });
    expect((await workspace.get('me', alice)).status).toBe(401);
    const client = await workspace.realtime(workspace.server.admin);
    await workspace.post('/_sandbox/cut-realtime');
    await eventually(() => expect(client.closed).toBe(true));
    expect((await workspace.post('/_sandbox/faults', {}, nobody, { Origin: 'https://example.org' })).status).toBe(403);
    await workspace.post('/_sandbox/restart');
    await eventually(async () =>
      expect((await workspace.get('/_sandbox/messages?rid=GENERAL')).body['messages']).toHaveLength(1),
    );
  });
});
