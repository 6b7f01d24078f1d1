import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, type MatrixPerson, startBridgeLab } from '../../support/bridge-lab.ts';
import { eventually } from '../../support/eventually.ts';
import { expectSchema } from '../../support/schema.ts';

interface Person {
  readonly user: string;
  readonly outcome: string;
  readonly reason: string | null;
}
interface Member {
  readonly user: string;
  readonly role: string;
  readonly membership: string;
  readonly counterpart: string | null;
}
interface Answer {
  readonly exit: number;
  readonly data: { readonly people: readonly Person[]; readonly members: readonly Member[]; readonly next: string };
  readonly error?: { readonly code: string; readonly why?: string };
}

let lab: BridgeLab;
let alice: MatrixPerson;
let mallory: MatrixPerson;
const ALIAS = '#rc_general:lab.test';

const run = async (...argv: string[]): Promise<Answer> => {
  const ended = await lab.run(['rooms', 'members', ...argv, '--json']);
  expectSchema(ended.json());
  return { exit: ended.exitCode, ...ended.json<Omit<Answer, 'exit'>>() };
};
const outcomes = async (...argv: string[]): Promise<unknown> => {
  const { exit, data } = await run(...argv);
  return { exit, ...Object.fromEntries(data.people.map(({ user, outcome }) => [user, outcome])) };
};
const listed = async (): Promise<Record<string, string>> => {
  const { data } = await run('list', 'general', '--all');
  return Object.fromEntries(data.members.map(({ user, role, membership }) => [user, `${membership} ${role}`]));
};

/** What a bridge makes of a change on one side must not cross with the next one. */
const quiet = (): Promise<void> =>
  eventually(async () => {
    const { data } = (await lab.run(['rooms', 'list', '--json'])).json<{ data: { rooms: { waiting: number }[] } }>();
    expect(data.rooms).toMatchObject([{ waiting: 0 }]);
  });

beforeAll(async () => {
  lab = await startBridgeLab();
  for (const username of ['bob', 'carol']) {
    const { userId } = lab.workspace.createUser({ username });
    await post('channels.invite', { roomName: 'general', userId });
  }
  alice = await lab.matrixUser('alice');
  mallory = await lab.matrixUser('mallory');
  expect((await lab.run(['rooms', 'link', 'general', '--new'])).exitCode).toBe(0);
  await alice.join(ALIAS);
  await mallory.join(ALIAS);
});
afterAll(() => lab.stop());

interface Journal {
  readonly entries: readonly { readonly id: number; readonly what: string }[];
  readonly undone: readonly { readonly outcome: string; readonly note: string | null }[];
}
const rollback = async (...argv: string[]): Promise<Journal> => {
  const ended = await lab.run(['federation', 'rollback', ...argv, '--json']);
  return ended.json<{ data: Journal }>().data;
};

/** The same with and without a bridge. */
const memberCommands = (): void => {
  it('lists everybody once, with their roles, page by page', async () => {
    await eventually(async () =>
      expect(await listed()).toMatchObject({
        '@bob': 'joined none',
        '@carol': 'joined none',
        '@alice:lab.test': 'joined none',
        '@mallory:lab.test': 'joined none',
      }),
    );
    const all = Object.keys(await listed());
    const seen: string[] = [];
    for (let page: string | null = 'workspace-0'; page !== null;) {
      const { data }: Answer = await run('list', 'general', '--limit', '1', '--page', page);
      seen.push(...data.members.map(({ user }) => user));
      page = data.next;
    }
    expect(seen).toEqual(all);
    expect(seen.filter((user) => user.startsWith('@rc') || user.startsWith('@alice.'))).toEqual([]);
  });

  it('gives roles on both sides, and takes them', async () => {
    await quiet();
    expect(await outcomes('role', 'general', '@alice:lab.test', 'carol', '--role', 'moderator')).toEqual({
      exit: 0,
      '@alice:lab.test': 'done',
      carol: 'done',
    });
    expect(await listed()).toMatchObject({ '@alice:lab.test': 'joined moderator', '@carol': 'joined moderator' });
    await quiet();
    expect(await outcomes('role', 'general', '@carol', '--role', 'moderator')).toEqual({
      exit: 0,
      '@carol': 'already',
    });
    expect(await outcomes('role', 'general', '@carol', '--role', 'muted')).toEqual({ exit: 0, '@carol': 'done' });
    expect(await listed()).toMatchObject({ '@carol': 'joined muted' });
    await quiet();
    expect(await outcomes('role', 'general', 'carol', '@alice:lab.test', '--role', 'none')).toMatchObject({ exit: 0 });
    expect(await listed()).toMatchObject({ '@alice:lab.test': 'joined none', '@carol': 'joined none' });
  });

  it('removes and bans people, and lets them in again', async () => {
    await quiet();
    expect(await outcomes('kick', 'general', '@mallory:lab.test', '--reason', 'spam')).toEqual({
      exit: 0,
      '@mallory:lab.test': 'done',
    });
    expect(await outcomes('kick', 'general', '@mallory:lab.test')).toMatchObject({ '@mallory:lab.test': 'already' });
    expect(await outcomes('ban', 'general', '@mallory:lab.test', 'carol')).toEqual({
      exit: 0,
      '@mallory:lab.test': 'done',
      carol: 'done',
    });
    expect(await listed()).toMatchObject({ '@mallory:lab.test': 'banned none', '@carol': 'banned none' });
    await expect(mallory.join(ALIAS)).rejects.toThrow();
    await quiet();
    expect(await outcomes('unban', 'general', '@mallory:lab.test', 'carol')).toMatchObject({ exit: 0, carol: 'done' });
    expect(await listed()).not.toHaveProperty('@carol');
    await mallory.join(ALIAS);
    const carol = lab.workspace.state.accounts.byUsername('carol')?.user._id;
    await post('channels.invite', { roomName: 'general', userId: carol });
  });

  it('is rehearsed without a change, and undone by federation rollback', async () => {
    await quiet();
    const before = await eventually(async () => {
      const now = await listed();
      expect(now).toMatchObject({ '@carol': 'joined none', '@mallory:lab.test': 'joined none' });
      return now;
    });
    expect(await run('ban', 'general', '@mallory:lab.test', 'carol', 'nobody', '--dry-run')).toMatchObject({
      exit: 9,
      data: {
        dryRun: true,
        plan: [
          '- @mallory:lab.test, a member',
          '+ ban of @mallory:lab.test',
          '- carol, a member',
          '+ ban of carol',
          expect.stringContaining('= nobody stays as they are'),
        ],
      },
    });
    expect(await listed()).toEqual(before);
    await run('kick', 'general', '@mallory:lab.test');
    await run('ban', 'general', '@carol');
    await run('ban', 'general', 'carol');
    expect(await run('role', 'general', 'bob', '--role', 'moderator', '--dry-run')).toMatchObject({
      exit: 0,
      data: { plan: ['~ bob: none → moderator'] },
    });
    await run('role', 'general', 'bob', '--role', 'moderator');
    const written = (await rollback()).entries.slice(-3);
    expect(written.map(({ what }) => what)).toEqual([
      '@mallory:lab.test in general: a member → not in it',
      'carol in general: a member → banned',
      'Role of bob in general: none → moderator',
    ]);
    const undone = [];
    for (const { id } of written.toReversed()) undone.push(...(await rollback(String(id))).undone);
    expect(undone).toMatchObject([
      { outcome: 'undone', note: null },
      { outcome: 'undone', note: null },
      { outcome: 'undone', note: 'They are invited, and have to accept.' },
    ]);
    await mallory.join(ALIAS);
    await eventually(async () => expect(await listed()).toMatchObject(before));
    expect((await rollback(String(written.at(-1)?.id))).undone).toMatchObject([{ outcome: 'already so' }]);
  });

  it('says who could not be, and why', async () => {
    const answer = await run('kick', 'general', 'nobody', 'rcfed', '@rcfed:lab.test', '@alice:lab.test');
    expect(answer).toMatchObject({
      exit: 9,
      error: { code: 'RCFED_PARTLY_DONE', why: expect.stringContaining('nobody: nobody is nobody in Rocket.Chat') },
    });
    expect(answer.data.people.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused', 'done']);
    expect(await run('kick', 'nowhere', 'bob')).toMatchObject({ exit: 1, error: { code: 'RCFED_ROOM_UNKNOWN' } });
    expect(await run('role', 'general', 'bob', '--role', 'leader')).toMatchObject({ exit: 2 });
    expect(await run('kick', 'general')).toMatchObject({ exit: 2 });
    await alice.join(ALIAS);
  });
};

const post = async (endpoint: string, body: unknown): Promise<void> => {
  const answer = await fetch(`${lab.workspace.url}/api/v1/${endpoint}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-user-id': String(lab.env['RCFED_WORKSPACE_USER_ID']),
      'x-auth-token': String(lab.env['RCFED_WORKSPACE_TOKEN']),
    },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
};

describe('the people of a room, without a bridge', memberCommands);
describe('the people of a room, of a bridge that runs', () => {
  beforeAll(async () => {
    const bridge = await lab.bridge();
    await bridge.line(({ event }) => event === 'ready');
    await alice.say(await roomId(), 'hello');
    await eventually(async () =>
      expect((await run('list', 'general')).data.members).toContainEqual(
        expect.objectContaining({ user: '@alice:lab.test', counterpart: '@alice.lab.test' }),
      ),
    );
  });
  memberCommands();
});

const roomId = async (): Promise<string> => {
  const ended = await lab.run(['rooms', 'list', '--json']);
  return String(ended.json<{ data: { rooms: { matrixRoomId: string }[] } }>().data.rooms[0]?.matrixRoomId);
};
