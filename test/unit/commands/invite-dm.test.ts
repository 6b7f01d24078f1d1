import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { eventually } from '../../support/eventually.ts';
import { runCommand } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

interface Answer {
  readonly exit: number;
  readonly ok: boolean;
  readonly data: { readonly roomId: string; readonly changed: boolean };
  readonly error?: { readonly code: string; readonly message: string };
  readonly warnings: readonly string[];
}

let lab: BridgeLab;
let address: string;

beforeAll(async () => {
  lab = await startBridgeLab();
  const bridge = await lab.bridge({ RCFED_ADMIN: '127.0.0.1:0', RCFED_ADMIN_TOKEN: 'the-token' });
  address = ((await bridge.line(({ event }) => event === 'listening'))['admin'] as string[])[1] ?? '';
  for (const name of ['alice', 'carol']) await lab.homeserver.registerUser(name);
  lab.workspace.createUser({ username: 'bob' });
});
afterAll(() => lab.stop());

const answered = (ended: Awaited<ReturnType<typeof runCommand>>): Answer => {
  expectSchema(ended.json());
  return { exit: ended.exitCode, ...ended.json<Omit<Answer, 'exit'>>() };
};
const run = async (...argv: string[]): Promise<Answer> => answered(await lab.run([...argv, '--json']));

/** The rooms as listed once nothing waits in any of them and nothing changes by itself. */
async function quietRooms(): Promise<unknown> {
  return eventually(async () => {
    const seen = await listedRooms();
    expect(await listedRooms()).toEqual(seen);
    return seen;
  });
}
async function listedRooms(): Promise<unknown> {
  const { data } = (await lab.run(['rooms', 'list', '--json'])).json<{ data: { rooms: { waiting: number }[] } }>();
  expect(data.rooms.filter(({ waiting }) => waiting > 0)).toEqual([]);
  return data;
}

describe('an administrator who opens direct messages', () => {
  it('says whose it is, and finds it open the second time', async () => {
    const before = await quietRooms();
    const planned = await run('invite', 'dm', '@alice:lab.test', '--as', 'bob', '--dry-run');
    expect(planned).toMatchObject({
      exit: 0,
      data: {
        room: 'alice.lab.test ↔ bob',
        roomId: null,
        changed: false,
        dryRun: true,
        plan: [
          '+ direct message alice.lab.test ↔ bob, on both sides',
          '+ account alice.lab.test in Rocket.Chat for @alice:lab.test',
          '+ invitation of @alice:lab.test',
        ],
      },
    });
    expect(await quietRooms()).toEqual(before);
    const first = await run('invite', 'dm', '@alice:lab.test', '--as', 'bob');
    expect(first).toMatchObject({
      exit: 0,
      ok: true,
      data: { room: 'alice.lab.test ↔ bob', as: 'bob', changed: true },
    });
    expect(await run('invite', 'dm', '@alice:lab.test', '@rc_bob:lab.test', '--as', '@bob')).toMatchObject({
      exit: 0,
      data: { roomId: first.data.roomId, changed: false },
    });
    expect(await run('invite', 'dm', '@alice:lab.test', '--as', 'bob', '--dry-run')).toMatchObject({
      data: {
        roomId: first.data.roomId,
        changed: false,
        plan: ['= direct message alice.lab.test ↔ bob is open already'],
      },
    });
    const seen = await lab.run(['invite', 'dm', '@alice:lab.test', '--as', 'bob']);
    expect(seen.stdout).toContain('alice.lab.test ↔ bob is open already.');
  });

  it('is told what is wrong, and nothing is opened', async () => {
    await run('federation', 'access', 'block', 'bad.org');
    const guests = Array.from({ length: 8 }, (_, n) => `@guest${n}:elsewhere.test`);
    const before = await quietRooms();
    const wrong: [exit: number, code: string, ...argv: string[]][] = [
      [2, 'RCFED_ANSWER_MISSING', '@alice:lab.test'],
      [2, 'RCFED_MATRIX_ID_INVALID', '@alice:lab.test', '@:not a server', '--as', 'bob'],
      [4, 'RCFED_SERVER_BLOCKED', '@alice:lab.test', '@eve:bad.org', '--as', 'bob'],
      [1, 'RCFED_PERSON_UNKNOWN', '@nobody:lab.test', '--as', 'bob'],
      [1, 'RCFED_PERSON_UNKNOWN', '@alice:lab.test', '@rc_nobody:lab.test', '--as', 'bob'],
      [1, 'RCFED_PERSON_UNKNOWN', '@alice:lab.test', '--as', 'nobody'],
      [1, 'RCFED_PERSON_UNKNOWN', '@alice:lab.test', '--as', 'alice.lab.test'],
      [1, 'RCFED_PERSON_UNKNOWN', '@rcfed:lab.test', '--as', 'bob'],
      [2, 'RCFED_USAGE', 'bob', '--as', 'bob'],
      [1, 'RCFED_TOO_MANY_PEOPLE', ...guests, '--as', 'bob'],
      [2, 'RCFED_USAGE'],
    ];
    for (const [exit, code, ...argv] of wrong)
      for (const more of [[], ['--dry-run']])
        expect(await run('invite', 'dm', ...argv, ...more), argv.join(' ')).toMatchObject({
          exit,
          ok: false,
          error: { code },
        });
    expect(await quietRooms()).toEqual(before);
  });
});

describe('somebody with their own account', () => {
  it('opens their own direct messages, and nobody else’s', async () => {
    const dave = lab.workspace.createUser({ username: 'dave' });
    const asDave = async (...argv: string[]): Promise<Answer> =>
      answered(
        await runCommand([...argv, '--json'], {
          env: {
            HOME: lab.folder,
            RCFED_WORKSPACE_URL: lab.workspace.url,
            RCFED_WORKSPACE_USER_ID: dave.userId,
            RCFED_WORKSPACE_TOKEN: dave.token,
            RCFED_ADMIN: address,
          },
        }),
      );
    expect(await asDave('invite', 'dm', '@carol:lab.test')).toMatchObject({
      exit: 0,
      data: { as: 'dave', changed: true },
    });
    expect(await asDave('invite', 'dm', '@carol:lab.test', '--as', 'bob')).toMatchObject({
      exit: 4,
      error: { code: 'RCFED_NOT_ALLOWED' },
    });
    expect(await asDave('federation', 'stats')).toMatchObject({ exit: 4, error: { code: 'RCFED_NOT_ALLOWED' } });
  });
});

it('federation stats counts rooms, people and servers', async () => {
  const stats = await run('federation', 'stats', '--days', '3');
  expect(stats).toMatchObject({
    exit: 0,
    data: {
      events: 0,
      rooms: { channels: 0, groups: 0, directMessages: 2 },
      servers: [{ server: 'lab.test', people: 2 }],
      externalUsers: 2,
      localUsers: 2,
    },
  });
  expect((await lab.run(['federation', 'stats'])).stdout).toContain(
    '0 events in 0 channels, 0 groups and 2 direct messages',
  );
});
