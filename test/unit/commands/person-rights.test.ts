import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { silentLog } from '../../../src/lib/core/log.ts';
import { createWorkspaceApi } from '../../../src/lib/rocketchat/api.ts';
import type { WorkspaceApi } from '../../../src/lib/rocketchat/types.ts';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { runCommand } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

/** What people with a profile of their own, made by themselves, may have the bridge do. */

let lab: BridgeLab;
let address: string;
let bob: Person;
let carol: Person;
let guest: Person;

interface Person {
  readonly userId: string;
  readonly username: string;
  readonly token: string;
  readonly api: WorkspaceApi;
}

beforeAll(async () => {
  lab = await startBridgeLab();
  // These people ask faster than any person.
  lab.workspace.state.settings.set('API_Enable_Rate_Limiter', false);
  const bridge = await lab.bridge({ RCFED_ADMIN: '127.0.0.1:0', RCFED_ADMIN_TOKEN: 'the-token-of-the-admin-api' });
  address = ((await bridge.line(({ event }) => event === 'listening'))['admin'] as string[])[1] ?? '';
  [bob, carol, guest] = [await person('bob'), await person('carol'), await person('visitor', ['guest'])];
  await bob.api.createRoom('c', 'team', ['carol', 'visitor']);
  const secret = await bob.api.createRoom('p', 'secret', ['rcfed']);
  await bob.api.setRoomRole(secret, lab.env['RCFED_WORKSPACE_USER_ID'] as WorkspaceUserId, 'moderator', true);
  for (const room of ['team', 'secret', 'general']) {
    const linked = await lab.run(['rooms', 'link', room, '--new']);
    expect(linked.exitCode, linked.stderr).toBe(0);
  }
  await lab.matrixUser('alice');
});
afterAll(() => lab.stop());

/** With a profile as `profile add --kind user` writes it. */
async function person(username: string, roles: string[] = ['user']): Promise<Person> {
  const account = lab.workspace.createUser({ username, roles });
  const api = createWorkspaceApi({
    url: lab.workspace.url,
    credentials: { userId: account.userId as WorkspaceUserId, token: new Secret(account.token) },
    clock: systemClock,
    log: silentLog,
  });
  const made = await runCommand(
    ['profile', 'add', username, '--kind', 'user', '--workspace-url', lab.workspace.url, '--admin', address],
    {
      env: {
        HOME: `${lab.folder}/${username}`,
        RCFED_WORKSPACE_USER_ID: account.userId,
        RCFED_WORKSPACE_TOKEN: account.token,
      },
    },
  );
  expect(made.exitCode, made.stderr).toBe(0);
  return { ...account, api };
}

interface Answer {
  readonly data: Record<string, unknown>;
  readonly error?: { readonly code: string; readonly message: string; readonly why?: string; readonly try: string[] };
}

const as = async ({ username }: Person, ...argv: string[]) => {
  const ended = await runCommand([...argv, '--json', '--yes'], {
    env: { HOME: `${lab.folder}/${username}`, RCFED_PROFILE: username },
  });
  expectSchema(ended.json());
  return { exit: ended.exitCode, ...ended.json<Answer>() };
};

describe('a person of the workspace, through their own profile', () => {
  it('searches rooms, asks of servers and verifies people', async () => {
    expect(await as(bob, 'rooms', 'search', '--server', 'lab.test')).toMatchObject({ exit: 0 });
    expect(await as(bob, 'federation', 'access', 'check', 'example.org')).toMatchObject({
      exit: 0,
      data: { allowed: true },
    });
    expect(await as(bob, 'invite', 'verify', '@alice:lab.test')).toMatchObject({ exit: 0 });
    expect(await as(bob, 'federation', 'access', 'roles')).toMatchObject({ exit: 0 });
  });

  it('sees the channels, and the groups that they are in', async () => {
    const rooms = async (who: Person) => {
      const { data } = await as(who, 'rooms', 'list');
      return (data['rooms'] as { room: string }[]).map(({ room }) => room).toSorted();
    };
    expect(await rooms(bob)).toEqual(['general', 'secret', 'team']);
    expect(await rooms(carol)).toEqual(['general', 'team']);
    // Guests see no channel but those that they are in.
    expect(await rooms(guest)).toEqual(['team']);
    expect(await as(guest, 'rooms', 'show', 'general')).toMatchObject({ error: { code: 'RCFED_ROOM_UNKNOWN' } });
  });

  it('is not told by joining what stands for a room in Rocket.Chat that they do not see', async () => {
    const { data } = await as(bob, 'rooms', 'list');
    const rooms = data['rooms'] as { room: string; matrixRoomId: string; alias: string }[];
    const found = rooms.find(({ room }) => room === 'secret');
    for (const argv of [[found?.matrixRoomId ?? ''], [found?.alias ?? ''], [found?.alias ?? '', '--dry-run']]) {
      const answer = await as(carol, 'rooms', 'join', ...argv);
      expect(answer).toMatchObject({ exit: 4, error: { code: 'RCFED_ROOM_NOT_JOINABLE' } });
      expect(answer.data ?? {}).toEqual({});
    }
    expect(await as(bob, 'rooms', 'join', found?.alias ?? '')).toMatchObject({ exit: 0, data: { changed: false } });
  });

  it('invites into rooms whose owner they are', async () => {
    expect(await as(bob, 'invite', 'user', '@alice:lab.test', '--room', 'team')).toMatchObject({
      exit: 0,
      data: { people: [{ outcome: 'invited' }] },
    });
    expect(await as(bob, 'invite', 'link', 'secret')).toMatchObject({ exit: 0 });
  });

  it('does not invite where Rocket.Chat would not let them, and is told who can', async () => {
    expect(await as(carol, 'invite', 'user', '@alice:lab.test', '--room', 'team')).toMatchObject({
      exit: 4,
      error: {
        code: 'RCFED_NOT_ALLOWED',
        message: 'You may not do this in team',
        why: 'It takes the permission add-user-to-joined-room, which here has admin, owner, moderator.',
        try: ['Ask an owner of team.'],
      },
    });
    // Members may pass the link on.
    expect(await as(carol, 'invite', 'link', 'team')).toMatchObject({ exit: 0 });
  });

  it('does nothing in rooms that they are not in', async () => {
    expect(await as(bob, 'invite', 'link', 'general')).toMatchObject({
      exit: 4,
      error: { code: 'RCFED_NOT_ALLOWED', message: 'You are not in general' },
    });
    // Who does not see a group is not told that there is one.
    const [hidden, unknown] = [await as(carol, 'invite', 'link', 'secret'), await as(carol, 'invite', 'link', 'none')];
    expect(hidden).toMatchObject({ error: { code: 'RCFED_ROOM_UNKNOWN', message: 'secret is not a federated room' } });
    expect({ ...hidden.error, message: '' }).toEqual({ ...unknown.error, message: '' });
  });

  it('is refused what their roles do not allow, from the next request on after an admin changed it', async () => {
    const refused = {
      exit: 4,
      error: {
        code: 'RCFED_NOT_ALLOWED',
        message: 'You may not search for rooms on Matrix',
        why: 'In this workspace only people with the role admin or user may search for rooms on Matrix.',
      },
    };
    const search = ['rooms', 'search', '--server', 'lab.test'] as const;
    expect(await as(guest, ...search)).toMatchObject(refused);
    expect((await as(guest, 'invite', 'link', 'team')).error?.try[1]).toBe(
      'Who runs the bridge says who may: rcfed federation access roles invite ROLE…',
    );
    const set = async (...roles: string[]) =>
      expect((await lab.run(['federation', 'access', 'roles', 'search', ...roles])).exitCode).toBe(0);
    await set('guest');
    expect(await as(guest, ...search)).toMatchObject({ exit: 0 });
    expect(await as(bob, ...search)).toMatchObject({ exit: 4, error: { code: 'RCFED_NOT_ALLOWED' } });
    await set('--reset');
    expect(await as(bob, ...search)).toMatchObject({ exit: 0 });
  });

  it('writes down nothing of what they change: undoing is for the admin of the bridge', async () => {
    expect(await as(bob, 'rooms', 'members', 'kick', 'team', 'visitor')).toMatchObject({ exit: 0 });
    expect(await as(bob, 'rooms', 'servers', 'add', 'example.org')).toMatchObject({ data: { changed: true } });
    expect(await as(bob, 'federation', 'rollback')).toMatchObject({ data: { entries: [] } });
  });

  it('may make moderators, and leaves owners what they are', async () => {
    const room = await bob.api.createRoom('c', 'shared', ['carol', 'visitor']);
    await bob.api.setRoomRole(room, carol.userId as WorkspaceUserId, 'moderator', true);
    expect((await lab.run(['rooms', 'link', 'shared', '--new'])).exitCode).toBe(0);
    lab.workspace.state.permissions.set('set-moderator', ['admin', 'owner', 'moderator']);
    const make = (who: string) => as(carol, 'rooms', 'members', 'role', 'shared', who, '--role', 'moderator');
    expect(await make('visitor')).toMatchObject({ exit: 0, data: { people: [{ outcome: 'done' }] } });
    await bob.api.setRoomRole(room, guest.userId as WorkspaceUserId, 'owner', true);
    expect(await make('bob')).toMatchObject({
      exit: 1,
      data: { people: [{ outcome: 'refused', reason: expect.stringContaining('owner') }] },
    });
    expect((await bob.api.roomRoles(room)).get(bob.userId as WorkspaceUserId)).toContain('owner');
    lab.workspace.state.permissions.set('ban-user', ['admin']);
    expect(await as(carol, 'rooms', 'members', 'ban', 'shared', 'visitor')).toMatchObject({
      exit: 4,
      error: { why: 'It takes the permission ban-user, which here has admin.' },
    });
  });

  it('means a room by its id, whatever name somebody gave another one', async () => {
    const rooms = (await as(bob, 'rooms', 'list')).data['rooms'] as { room: string; roomId: string }[];
    const id = rooms.find(({ room }) => room === 'team')?.roomId ?? '';
    await carol.api.createRoom('c', id, []);
    expect((await lab.run(['rooms', 'link', `#${id}`, '--new'])).exitCode).toBe(0);
    expect(await as(bob, 'rooms', 'show', id)).toMatchObject({ exit: 0, data: { room: { room: 'team' } } });
  });

  it('changes neither rules nor rooms', async () => {
    for (const argv of [
      ['federation', 'access', 'roles', 'create', 'guest'],
      ['federation', 'access', 'block', 'example.org'],
      ['rooms', 'unlink', 'team'],
      ['federation', 'quarantine', 'list'],
    ])
      expect(await as(bob, ...argv)).toMatchObject({
        exit: 4,
        error: { message: 'Only admins of the workspace may do this' },
      });
  });
});
