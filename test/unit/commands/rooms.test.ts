import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, type MatrixPerson, startBridgeLab } from '../../support/bridge-lab.ts';
import { eventually } from '../../support/eventually.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;
let alice: MatrixPerson;

beforeAll(async () => {
  lab = await startBridgeLab();
  alice = await lab.matrixUser('alice');
  lab.workspace.createUser({ username: 'bob' });
});
afterAll(() => lab.stop());

const run = async (...argv: string[]) => {
  const ended = await lab.run([...argv, '--json']);
  expectSchema(ended.json());
  const { data, error } = ended.json<{ data: unknown; error?: { code: string } }>();
  return { exit: ended.exitCode, data: data as never, code: error?.code };
};

/** The plan that a person reads, and that nothing of what the bridge answers became another. */
const planOf = async (...argv: string[]): Promise<readonly string[]> => {
  const before = await quiet();
  const planned = await lab.run([...argv, '--dry-run']);
  expect(planned.exitCode, planned.stderr).toBe(0);
  const lines = planned.stdout.trimEnd().split('\n');
  expect(lines.pop()).toBe('Nothing was changed.');
  expect(await run(...argv, '--dry-run')).toMatchObject({
    exit: 0,
    data: { dryRun: true, changed: false, plan: lines },
  });
  expect(await eventually(look)).toEqual(before);
  return lines;
};

/** All rooms and invitations, once nothing waits in any of them and nothing changes by itself. */
const quiet = (): Promise<unknown> =>
  eventually(async () => {
    const seen = await look();
    expect(await look()).toEqual(seen);
    return seen;
  });

const look = async (): Promise<unknown> => {
  const { data } = (await lab.run(['rooms', 'list', '--json'])).json<{ data: { rooms: { waiting: number }[] } }>();
  expect(data.rooms.filter(({ waiting }) => waiting > 0)).toEqual([]);
  return [data, (await run('invite', 'list')).data, await bots()];
};

/** Where the bot is on Matrix, and what rooms Rocket.Chat has. */
const bots = async (): Promise<unknown> => {
  const [joined, channels] = await Promise.all([
    fetch(`${lab.homeserver.url}/_matrix/client/v3/joined_rooms`, {
      headers: { authorization: `Bearer ${lab.env['RCFED_AS_TOKEN']}` },
    }),
    fetch(`${lab.workspace.url}/api/v1/channels.list`, {
      headers: {
        'x-user-id': lab.env['RCFED_WORKSPACE_USER_ID'] ?? '',
        'x-auth-token': lab.env['RCFED_WORKSPACE_TOKEN'] ?? '',
      },
    }),
  ]);
  expect([joined.status, channels.status]).toEqual([200, 200]);
  return [await joined.json(), await channels.json()];
};

let owners = 0;

const ENCRYPTION = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };

/** A room of somebody on Matrix. */
const roomOf = async (name: string, more: object = {}): Promise<string> => {
  owners += 1;
  const { accessToken } = await lab.homeserver.registerUser(`owner-${owners}`);
  const response = await fetch(`${lab.homeserver.url}/_matrix/client/v3/createRoom`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ name, preset: 'public_chat', ...more }),
  });
  return ((await response.json()) as { room_id: string }).room_id;
};

/** @param partners a name that no other test uses */
const commands = (partners: string): void => {
  it('rooms create makes a room, once', async () => {
    const argv = ['rooms', 'create', 'team', '--topic', 'Ours', '--member', 'bob', '--member', alice.userId];
    const planned = await run(...argv, '--dry-run');
    expect(planned).toMatchObject({ exit: 0, data: { room: null, changed: false } });
    expect(await run(...argv)).toMatchObject({
      exit: 0,
      data: { changed: true, room: { room: 'team', alias: '#rc_team:lab.test' }, people: [{ outcome: 'invited' }] },
    });
    expect(await run(...argv)).toMatchObject({ exit: 0, data: { changed: false } });
    expect(await run('rooms', 'create', 'general')).toMatchObject({ exit: 1, code: 'RCFED_ROOM_NAME_TAKEN' });
    expect(await run('rooms', 'create', 'fresh', '--version', '99')).toMatchObject({
      exit: 2,
      code: 'RCFED_ROOM_VERSION',
    });
    expect((await lab.run(['rooms', 'create', 'fresh', '--dry-run'])).stdout.split('\n')).toEqual([
      '+ channel fresh in Rocket.Chat',
      '+ Matrix room #rc_fresh:lab.test',
      '+ line in the room directory of lab.test',
      'Nothing was changed.',
      '',
    ]);
  });

  it('invite list shows who has not answered', async () => {
    expect(await run('invite', 'list')).toMatchObject({
      exit: 0,
      data: { received: [], sent: [{ room: 'team', user: alice.userId }] },
    });
  });

  it('rooms show tells both halves', async () => {
    expect(await run('rooms', 'show', 'team')).toMatchObject({
      exit: 0,
      data: { workspace: { topic: 'Ours' }, matrix: { topic: 'Ours', listed: true, power: 100 } },
    });
    const { stdout } = await lab.run(['rooms', 'show', 'team']);
    expect(stdout).toContain('Matrix directory\tlisted');
    expect(await run('rooms', 'show', 'nowhere')).toMatchObject({ exit: 1, code: 'RCFED_ROOM_UNKNOWN' });
  });

  it('rooms delete asks for the name, and deletes once', async () => {
    expect(await planOf('rooms', 'delete', 'team')).toEqual([
      '- link of team with #rc_team:lab.test',
      '+ notice on Matrix: This room was deleted in Rocket.Chat: what is written here is not seen there any more.',
      '- alias #rc_team:lab.test',
      '- line in the room directory of lab.test',
      '- out of #rc_team:lab.test: the bot, accounts of colleagues: 1',
      '- team in Rocket.Chat, with all its messages',
    ]);
    expect(await run('rooms', 'delete', 'team')).toMatchObject({ exit: 2, code: 'RCFED_ANSWER_MISSING' });
    expect(await run('rooms', 'delete', 'team', '--confirm', 'tame')).toMatchObject({
      exit: 1,
      code: 'RCFED_DECLINED',
    });
    const typed = await lab.run(['rooms', 'delete', 'team'], { terminal: true, answers: { 'Type its name': 'team' } });
    expect(typed.exitCode).toBe(0);
    expect(await run('rooms', 'delete', 'team', '--yes')).toMatchObject({
      exit: 0,
      data: { room: null, changed: false },
    });
  });

  it('rooms join and leave, once each', async () => {
    const room = await roomOf(partners, { room_alias_name: partners, topic: 'Ours' });
    expect(await planOf('rooms', 'join', `#${partners}:lab.test`)).toEqual([
      `+ @rcfed:lab.test in Matrix room #${partners}:lab.test, ${partners}, members: 1`,
      `+ channel ${partners} in Rocket.Chat`,
      '+ topic Ours',
      '+ accounts in Rocket.Chat at once: up to 1; free seats: no limit',
    ]);
    expect(await planOf('rooms', 'join', room, '--name', 'other', '--max-members', '0')).toEqual(
      expect.arrayContaining(['+ channel other in Rocket.Chat', expect.stringContaining('= no accounts')]),
    );
    expect(await run('rooms', 'join', `#${partners}:lab.test`)).toMatchObject({
      exit: 0,
      data: { changed: true, room: { room: partners, type: 'channel' } },
    });
    expect(await run('rooms', 'join', room)).toMatchObject({ exit: 0, data: { changed: false } });
    expect(await planOf('rooms', 'join', room)).toEqual([`= ${room} is ${partners} in Rocket.Chat already`]);
    expect(await run('rooms', 'join', partners)).toMatchObject({ exit: 2, code: 'RCFED_MATRIX_ID_INVALID' });
    expect(await planOf('rooms', 'leave', partners, '--archive')).toEqual([
      `- link of ${partners} with ${room}`,
      expect.stringContaining('+ notice in Rocket.Chat: This room has left'),
      `+ archived: ${partners} in Rocket.Chat`,
      `- out of ${room}: the bot, accounts of colleagues: 0`,
    ]);
    expect((await planOf('rooms', 'unlink', partners))[0]).toBe(`- link of ${partners} with ${room}`);
    expect(await run('rooms', 'leave', partners)).toMatchObject({ exit: 2, code: 'RCFED_ANSWER_MISSING' });
    expect(await run('rooms', 'leave', partners, '--yes', '--archive')).toMatchObject({
      exit: 0,
      data: { changed: true, room: { state: 'closed' } },
    });
    expect(await run('rooms', 'leave', partners, '--yes')).toMatchObject({
      exit: 0,
      data: { room: null, changed: false },
    });
  });

  it('a rehearsal of joining refuses what joining would', async () => {
    const refusals: [code: string, room: string, ...more: string[]][] = [
      ['RCFED_ROOM_NAME_TAKEN', await roomOf('Anything'), '--name', 'general'],
      ['RCFED_ROOM_NOT_FEDERABLE', await roomOf('Space', { creation_content: { type: 'm.space' } })],
      ['RCFED_ROOM_ENCRYPTED', await roomOf('Sealed', { initial_state: [ENCRYPTION] })],
      ['RCFED_ROOM_UNKNOWN', '#nowhere:lab.test'],
      ['RCFED_MATRIX_ID_INVALID', 'general'],
    ];
    for (const [code, ...argv] of refusals) {
      expect(await run('rooms', 'join', ...argv, '--dry-run'), code).toMatchObject({ code });
      expect(await run('rooms', 'join', ...argv), code).toMatchObject({ code });
    }
    const hidden = await roomOf('Hidden', { preset: 'private_chat' });
    expect((await planOf('rooms', 'join', hidden))[0]).toContain('of which nothing is shown to those outside');
    expect(await planOf('rooms', 'unlink', 'nowhere')).toEqual(['= nowhere is not linked.']);
  });

  it('rooms link --dry-run rehearses', async () => {
    const room = await roomOf('Elsewhere');
    expect(await run('rooms', 'link', 'general', room, '--dry-run')).toMatchObject({
      exit: 0,
      data: { room: null, changed: false, rehearsal: { matrixRoom: { seen: false }, refused: null } },
    });
    expect(await run('rooms', 'link', 'general', '--new', '--dry-run')).toMatchObject({
      data: { rehearsal: { matrixRoom: { isNew: true, alias: '#rc_general:lab.test' } } },
    });
    expect((await lab.run(['rooms', 'link', 'general', '--new', '--dry-run'])).stdout).toContain(
      'Nothing was changed.',
    );
  });

  it('an invitation that never was can be neither accepted nor rejected', async () => {
    expect(await run('invite', 'accept', '!nowhere:lab.test')).toMatchObject({ exit: 1, code: 'RCFED_INVITE_UNKNOWN' });
    expect(await run('invite', 'reject', '!nowhere:lab.test')).toMatchObject({ exit: 0, data: { changed: false } });
  });
};

describe('without a running bridge', () => {
  commands('partners');
});

describe('with a running bridge', () => {
  beforeAll(async () => {
    const bridge = await lab.bridge();
    await bridge.line(({ event }) => event === 'ready');
  });
  commands('customers');

  it('an invitation of the bot is listed, and accepted once', async () => {
    const room = await roomOf('Board', { preset: 'private_chat', invite: ['@rcfed:lab.test'] });
    await expect
      .poll(async () => (await run('invite', 'list')).data, { timeout: 20_000 })
      .toMatchObject({ received: [{ roomId: room, name: 'Board', open: false }] });
    expect(await planOf('invite', 'accept', room)).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`+ @rcfed:lab.test in Matrix room ${room}, Board`),
        '+ private group Board in Rocket.Chat',
      ]),
    );
    expect(await planOf('invite', 'reject', room)).toEqual([
      expect.stringContaining(`- invitation into Board, ${room}, by @owner-`),
    ]);
    expect(await run('invite', 'accept', room)).toMatchObject({
      exit: 0,
      data: { changed: true, room: { type: 'group' } },
    });
    expect(await run('invite', 'accept', room)).toMatchObject({ exit: 0, data: { changed: false } });
  });
});
