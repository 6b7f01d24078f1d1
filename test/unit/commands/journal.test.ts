import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

interface Entry {
  readonly id: number;
  readonly what: string;
  readonly state: string;
}
interface Undone {
  readonly what: string;
  readonly outcome: string;
  readonly note: string | null;
}
interface Told {
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly plan: readonly string[];
  readonly allow: readonly string[];
  readonly entries: readonly Entry[];
  readonly undone: readonly Undone[];
}

let lab: BridgeLab;

beforeAll(async () => {
  lab = await startBridgeLab();
});
afterAll(() => lab.stop());

const run = async (
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Told & { readonly exit: number }> => {
  const ended = await lab.run([...argv, '--json'], { env });
  expectSchema(ended.json());
  return { exit: ended.exitCode, ...ended.json<{ data: Told }>().data };
};
const access = (...argv: string[]) => run(['federation', 'access', ...argv]);
const rollback = (...argv: string[]) => run(['federation', 'rollback', ...argv]);
const entries = async (): Promise<readonly Entry[]> => (await rollback()).entries;
const newest = async (): Promise<Entry> => {
  const last = (await entries()).at(-1);
  if (last === undefined) throw new Error('the journal is empty');
  return last;
};

it('a rehearsal says what would change, and changes nothing', async () => {
  expect(await access('block', 'Bad.org', '--dry-run')).toMatchObject({
    exit: 0,
    changed: false,
    dryRun: true,
    plan: ['+ bad.org in the list of blocked servers'],
    block: [],
  });
  expect(await entries()).toEqual([]);
  const { stdout } = await lab.run(['federation', 'access', 'remove', 'bad.org', '--dry-run']);
  expect(stdout).toBe('= bad.org is in no list\nNothing was changed.\n');
});

it('what is changed is written down once, undone by its number, and then already so', async () => {
  await access('allow', 'good.org');
  expect(await access('allow', 'good.org')).toMatchObject({ changed: false, plan: ['= good.org is allowed already'] });
  expect((await entries()).map(({ what, state }) => [what, state])).toEqual([
    ['Access of good.org: in no list → allowed', 'done'],
  ]);
  const { id } = await newest();
  expect(await rollback(String(id), '--dry-run')).toMatchObject({ undone: [{ outcome: 'would undo' }] });
  expect((await access('list')).allow).toEqual(['good.org']);
  expect(await rollback(String(id))).toMatchObject({ exit: 0, undone: [{ outcome: 'undone', note: null }] });
  expect((await access('list')).allow).toEqual([]);
  expect(await rollback(String(id))).toMatchObject({ exit: 0, undone: [{ outcome: 'already so' }] });
});

it('what somebody has changed since stays, unless told otherwise', async () => {
  await access('block', 'bad.org');
  await access('allow', 'bad.org');
  const { id } = await newest();
  await access('remove', 'bad.org');
  expect(await rollback(String(id))).toMatchObject({
    exit: 9,
    undone: [{ outcome: 'kept', note: 'Somebody has changed it since: bad.org is in no list now.' }],
  });
  expect(await rollback(String(id), '--yes')).toMatchObject({ exit: 0, undone: [{ outcome: 'undone' }] });
  expect(await access('list')).toMatchObject({ allow: [], block: ['bad.org'] });
});

it('who may federate comes back as it was, action by action', async () => {
  const roles = (...argv: string[]) => access('roles', ...argv);
  expect(await roles('create', 'guest', 'admin', '--dry-run')).toMatchObject({
    changed: false,
    dryRun: true,
    plan: ['~ create: as the workspace says → admin, guest'],
  });
  await roles('create', 'guest', 'admin');
  expect(await roles('create', 'admin', 'guest')).toMatchObject({ changed: false, plan: [] });
  await roles('create', '--nobody');
  const [first, second] = (await entries()).slice(-2);
  expect([first?.what, second?.what]).toEqual([
    'Roles that may create: as the workspace says → admin, guest',
    'Roles that may create: admin, guest → nobody',
  ]);
  expect(await rollback(String(first?.id))).toMatchObject({ exit: 9, undone: [{ outcome: 'kept' }] });
  expect(await rollback(String(second?.id))).toMatchObject({ exit: 0, undone: [{ outcome: 'undone' }] });
  expect(await rollback(String(first?.id))).toMatchObject({ exit: 0, undone: [{ outcome: 'undone' }] });
  expect((await lab.run(['federation', 'access', 'roles', 'create'])).stdout).toContain('access-federation');
});

it('what can not be undone now stays, with the reason, and the rest is undone', async () => {
  await access('block', 'later.org');
  expect(await run(['rooms', 'servers', 'add', 'example.org', '--dry-run'])).toMatchObject({
    changed: false,
    plan: ['+ server example.org'],
  });
  await run(['rooms', 'servers', 'add', 'example.org']);
  await run(['rooms', 'servers', 'add', 'example.org']);
  expect((await newest()).what).toBe('Server example.org saved');
  await writeFile(join(lab.folder, 'no-folder'), '');
  const without = await run(['federation', 'rollback', '--all'], {
    RCFED_STORE: join(lab.folder, 'no-folder/store.db'),
  });
  expect(without.exit).toBe(9);
  expect(without.undone).toMatchObject([
    { what: 'Server example.org saved', outcome: 'undone' },
    { what: 'Access of later.org: in no list → blocked', outcome: 'kept', note: expect.stringContaining('store.db') },
    { what: 'Access of bad.org: allowed and blocked → in no list', outcome: 'kept' },
    { what: 'Access of bad.org: in no list → blocked', outcome: 'kept' },
  ]);
  const elsewhere = await run(['federation', 'rollback', '--all'], {
    RCFED_WORKSPACE_URL: 'https://other.example.org',
  });
  expect(elsewhere.undone[0]).toMatchObject({
    outcome: 'kept',
    note: expect.stringContaining('The profile is for https://other.example.org now'),
  });
  expect(await rollback('--all', '--yes')).toMatchObject({
    exit: 0,
    undone: [{ outcome: 'undone' }, { outcome: 'undone' }, { outcome: 'undone' }],
  });
  expect(await access('list')).toMatchObject({ allow: [], block: [] });
});
