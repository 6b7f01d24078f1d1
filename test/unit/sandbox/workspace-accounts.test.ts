import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  manualClock,
  nobody,
  startWorkspaceUnderTest,
  type WorkspaceUnderTest,
} from '../../support/sandbox-workspace.ts';

let workspace: WorkspaceUnderTest;
beforeEach(async () => {
  workspace = await startWorkspaceUnderTest();
});
afterEach(() => workspace[Symbol.asyncDispose]());

const person = {
  name: 'Alice',
  password: 'a password',
  roles: ['user', 'bot'],
  joinDefaultChannels: false,
  verified: false,
};
const create = (more: object): ReturnType<WorkspaceUnderTest['post']> =>
  workspace.post('users.create', { ...person, username: 'alice', email: 'alice@example.org', ...more });

describe('accounts of the sandbox workspace', () => {
  it('are created by an admin, without entering any room unless wanted', async () => {
    const { body } = await create({});
    expect(body['user']).toMatchObject({
      username: 'alice',
      name: 'Alice',
      roles: ['user', 'bot'],
      active: true,
      emails: [{ address: 'alice@example.org', verified: false }],
    });
    expect(workspace.server.state.rooms.subscriptionsOf(body['user']._id)).toEqual([]);
    const { body: joined } = await create({ username: 'bob', email: 'bob@example.org', joinDefaultChannels: true });
    expect(workspace.server.state.rooms.subscriptionsOf(joined['user']._id).map(({ rid }) => rid)).toEqual(['GENERAL']);
    const refused = await workspace.post(
      'users.create',
      { ...person, username: 'eve', email: 'e@example.org' },
      workspace.user('mallory'),
    );
    expect(refused.body['errorType']).toBe('error-action-not-allowed');
  });

  it.each([
    ['a Matrix id', { username: '@alice:example.org' }, 'error-invalid-username'],
    ['a blocked name', { username: 'here' }, 'error-blocked-username'],
    ['a name of the system', { username: 'System' }, 'error-blocked-username'],
    ['a taken name in other letters', { username: 'TAKEN' }, 'error-field-unavailable'],
    ['a taken address', { email: 'TAKEN@sandbox.invalid' }, 'error-field-unavailable'],
    ['a display name with a bracket', { name: 'Alice <x>' }, 'error-input-is-not-a-valid-field'],
    ['a display name with a broken escape', { name: '100%' }, 'error-input-is-not-a-valid-field'],
    ['a role that does not exist', { roles: ['puppet'] }, 'error-action-not-allowed'],
  ])('refuse %s', async (_, fields, errorType) => {
    workspace.user('taken');
    expect((await create(fields)).body['errorType']).toBe(errorType);
  });

  it('are limited by the seats of a licence, which guests do not take', async () => {
    workspace.server.state.seats = 1;
    expect((await create({})).body['errorType']).toBe('error-license-user-limit-reached');
    expect((await create({ roles: ['guest'] })).status).toBe(200);
  });

  it('keep their tokens to themselves: logout kills the one it was called with, a personal one too', async () => {
    const alice = workspace.user('alice');
    const { body } = await workspace.post('login', { user: 'alice', password: alice.password }, nobody);
    const session = { userId: alice.userId, token: body['data'].authToken };
    expect((await workspace.get('users.getPersonalAccessTokens', session)).body['tokens']).toMatchObject([
      { name: 'sandbox', bypassTwoFactor: true },
    ]);
    await workspace.post('logout', {}, alice);
    expect((await workspace.get('me', alice)).status).toBe(401);
    expect((await workspace.get('me', session)).body).toMatchObject({ username: 'alice' });
    expect((await workspace.get('users.getPersonalAccessTokens', session)).body['tokens']).toEqual([]);
  });

  it('lose every token by deactivation and by a new password, and come back with the new one', async () => {
    const alice = workspace.user('alice');
    await workspace.post('users.update', { userId: alice.userId, data: { password: 'new one' } });
    expect((await workspace.get('me', alice)).status).toBe(401);
    const old = await workspace.post('login', { user: 'alice', password: alice.password }, nobody);
    expect(old).toMatchObject({ status: 401, body: { status: 'error', success: false } });
    const { status, body } = await workspace.post('login', { user: 'alice', password: 'new one' }, nobody);
    expect([status, body['status']]).toEqual([200, 'success']);
    await workspace.post('users.setActiveStatus', { userId: alice.userId, activeStatus: false });
    expect((await workspace.get('me', { userId: alice.userId, token: body['data'].authToken })).status).toBe(401);
    expect((await workspace.get('users.info?username=alice', workspace.user('bob'))).status).toBe(400);
    expect((await workspace.get('users.info?username=alice')).body['user']).toMatchObject({ active: false });
  });

  it('lose login tokens after Accounts_LoginExpiration days, personal ones never', async () => {
    const clock = manualClock();
    await using timed = await startWorkspaceUnderTest({ clock });
    const { username, password, userId } = timed.server.admin;
    const { body } = await timed.post('login', { user: username, password }, nobody);
    const session = { userId, token: body['data'].authToken };
    expect((await timed.post('login', { resume: session.token }, nobody)).body['data'].authToken).toBe(session.token);
    clock.advance(90 * 86_400_000);
    expect((await timed.get('me', session)).status).toBe(401);
    expect((await timed.get('me')).status).toBe(200);
  });

  it('show initials in SVG until they have a picture, and only to those who are logged in', async () => {
    const avatar = async (headers: Record<string, string>): Promise<[number, string | null, number]> => {
      const response = await fetch(`${workspace.server.url}/avatar/alice`, { headers });
      return [response.status, response.headers.get('content-type'), (await response.arrayBuffer()).byteLength];
    };
    const alice = workspace.user('alice');
    const headers = { 'X-User-Id': alice.userId, 'X-Auth-Token': alice.token };
    expect(await avatar({})).toMatchObject([403, 'text/plain', 9]);
    expect((await avatar(headers)).slice(0, 2)).toEqual([200, 'image/svg+xml']);
    const form = new FormData();
    form.set('image', new File([new Uint8Array([1, 2, 3])], 'a.png', { type: 'image/png' }));
    form.set('userId', alice.userId);
    expect((await workspace.post('users.setAvatar', form)).status).toBe(200);
    expect(await avatar(headers)).toEqual([200, 'image/png', 3]);
    expect((await workspace.get('users.info?username=alice')).body['user'].avatarETag).toEqual(expect.any(String));
  });
});

describe('the second factor on the sandbox workspace', () => {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

  it('is asked for at login by those who have one', async () => {
    const alice = workspace.user('alice');
    const account = workspace.server.state.accounts.byId(alice.userId);
    if (account !== undefined) account.secondFactor = { method: 'totp', code: '123456' };
    const logIn = (more: object): ReturnType<WorkspaceUnderTest['post']> =>
      workspace.post('login', { user: 'alice', password: alice.password, ...more }, nobody);
    expect(await logIn({})).toMatchObject({
      status: 401,
      body: { error: 'totp-required', details: { method: 'totp' } },
    });
    expect(await logIn({ code: '000000' })).toMatchObject({ status: 401, body: { error: 'totp-invalid' } });
    expect((await logIn({ code: '123456' })).status).toBe(200);
  });

  it('guards token making by the password once an account has aged, is remembered for a while, and is bypassed on wish', async () => {
    const clock = manualClock();
    await using timed = await startWorkspaceUnderTest({ clock });
    const { username, password, userId } = timed.server.admin;
    const { body } = await timed.post('login', { user: username, password }, nobody);
    const session = { userId, token: body['data'].authToken };
    const makeToken = (tokenName: string, headers = {}): ReturnType<WorkspaceUnderTest['post']> =>
      timed.post('users.generatePersonalAccessToken', { tokenName, bypassTwoFactor: true }, session, headers);
    expect((await makeToken('while young')).status).toBe(200);
    clock.advance(1_800_000);
    expect(await makeToken('unproven')).toMatchObject({
      status: 400,
      body: { errorType: 'totp-required', details: { method: 'password' } },
    });
    const wrong = await makeToken('wrong', { 'x-2fa-method': 'password', 'x-2fa-code': password });
    expect(wrong.body['errorType']).toBe('totp-invalid');
    const right = await makeToken('proven', { 'x-2fa-method': 'password', 'x-2fa-code': sha256(password) });
    expect(right.body['token']).toEqual(expect.any(String));
    expect((await makeToken('remembered')).status).toBe(200);
    clock.advance(1_800_000);
    expect((await makeToken('forgotten')).body['errorType']).toBe('totp-required');
    const bypassing = { userId, token: right.body['token'] };
    expect((await timed.post('users.create', { ...person, username: 'alice', email: 'a@b' }, bypassing)).status).toBe(
      200,
    );
    expect(
      (await timed.post('users.create', { ...person, username: 'bob', email: 'b@b' }, session)).body['errorType'],
    ).toBe('totp-required');
  });
});
