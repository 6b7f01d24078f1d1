import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;

beforeAll(async () => {
  lab = await startBridgeLab();
  await lab.bridge();
  await lab.homeserver.registerUser('alice');
  lab.workspace.createUser({ username: 'bob' });
  expect((await lab.run(['rooms', 'link', 'general', '--new'])).exitCode).toBe(0);
});
afterAll(() => lab.stop());

const slash = async (...argv: string[]) => {
  const ended = await lab.run(['slash', ...argv, '--json']);
  expectSchema(ended.json());
  const { data, error } = ended.json<{
    data: { command: string; changed: boolean; lines: readonly string[]; result: unknown };
    error?: { code: string; message: string };
  }>();
  return { exit: ended.exitCode, ...data, error };
};

describe('a slash command from a terminal', () => {
  it('only says what it would do with --dry-run', async () => {
    const room = ['--room', 'general'];
    const plans: [asked: string[], plan: unknown[]][] = [
      [['/federation dm @alice:lab.test', '--as', 'bob'], [expect.stringContaining('+ direct message')]],
      [['/invite @alice:lab.test', ...room], ['+ invitation of @alice:lab.test']],
      [['/topic All about cats', ...room], ['+ topic All about cats']],
      [['/rename cats', ...room], ['~ name general → cats']],
      [['/kick @alice:lab.test', ...room], [expect.stringContaining('= @alice:lab.test')]],
      [['/leave', ...room], ['- link of general with #rc_general:lab.test']],
      [['/help'], [expect.stringContaining('/federation dm')]],
    ];
    for (const [asked, [first]] of plans) {
      const planned = await slash(...asked, '--dry-run');
      expect(planned, asked[0]).toMatchObject({ exit: 0, changed: false });
      expect(planned.lines[0], asked[0]).toEqual(first);
    }
  });

  it('opens a direct message, as invite dm does', async () => {
    expect(await slash('/federation', 'dm', '@alice:lab.test', '--as', 'bob')).toMatchObject({
      exit: 0,
      command: 'federation dm',
      changed: true,
      result: { as: 'bob', people: [{ user: '@alice:lab.test' }] },
    });
    expect(await slash('federation dm @alice:lab.test', '--as', 'bob')).toMatchObject({ exit: 0, changed: false });
  });

  it('invites into a room, and says who could not be', async () => {
    const asked = ['/invite @alice:lab.test nobody', '--room', 'general'];
    expect(await slash(...asked)).toMatchObject({
      exit: 9,
      changed: true,
      lines: ['@alice:lab.test: invited', 'nobody: nobody is not a Matrix id: write @alice:example.org'],
      error: { code: 'RCFED_PARTLY_DONE' },
    });
    expect(await slash(...asked)).toMatchObject({ exit: 9, changed: false });
  });

  it('searches', async () => {
    expect(await slash('/federation search nothing-of-that-name')).toMatchObject({
      exit: 0,
      changed: false,
      lines: ['No public room of lab.test fits.'],
      result: { rooms: [] },
    });
  });

  it('changes topic and name, once', async () => {
    expect(await slash('/topic All about cats', '--room', 'general')).toMatchObject({ exit: 0, changed: true });
    expect(await slash('/topic All about cats', '--room', 'general')).toMatchObject({ exit: 0, changed: false });
    const run = await lab.run(['slash', '/rename general', '--room', 'general']);
    expect(run.stdout).toBe('The room is named general already.\n');
  });

  it('joins a room of Matrix, puts people out, and leaves', async () => {
    const alice = await lab.matrixUser('anna');
    const { accessToken } = await lab.homeserver.registerUser('host');
    const made = await fetch(`${lab.homeserver.url}/_matrix/client/v3/createRoom`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ room_alias_name: 'cats', name: 'cats', preset: 'public_chat' }),
    });
    expect(made.status).toBe(200);
    await alice.join('#cats:lab.test');
    expect(await slash('/federation join #cats:lab.test')).toMatchObject({
      exit: 0,
      command: 'federation join',
      changed: true,
      lines: ['#cats:lab.test is cats in Rocket.Chat.'],
    });
    expect(await slash('/federation join #cats:lab.test')).toMatchObject({ exit: 0, changed: false });
    expect(await slash('/kick @nobody:lab.test', '--room', 'general')).toMatchObject({
      command: 'kick',
      changed: false,
    });
    expect(await slash('/leave', '--room', 'cats')).toMatchObject({ exit: 2, error: { code: 'RCFED_ANSWER_MISSING' } });
    expect(await slash('/leave', '--room', 'cats', '--yes')).toMatchObject({ exit: 0, changed: true });
    expect(await slash('/leave', '--room', 'cats', '--yes')).toMatchObject({ exit: 1 });
  });

  it('says what there is', async () => {
    const run = await lab.run(['slash', '/help']);
    expect(run.stdout).toContain('/federation dm @alice:example.org …: opens a direct message with people on Matrix');
    expect(await slash('/help')).toMatchObject({ exit: 0, result: null });
  });

  it('ends with 2 where something is missing or wrong', async () => {
    expect(await slash('/invite @alice:lab.test')).toMatchObject({ exit: 2, error: { code: 'RCFED_ANSWER_MISSING' } });
    expect(await slash('/federation dn @a:b')).toMatchObject({ exit: 2, error: { code: 'RCFED_COMMAND_UNKNOWN' } });
    expect(await slash('/federation dm')).toMatchObject({ exit: 2, error: { code: 'RCFED_USAGE' } });
    expect((await lab.run(['slash'])).exitCode).toBe(2);
    expect(await slash('/topic x', '--room', 'nowhere')).toMatchObject({
      exit: 1,
      error: { code: 'RCFED_ROOM_UNKNOWN' },
    });
  });
});
