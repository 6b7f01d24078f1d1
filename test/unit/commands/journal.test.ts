import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

interface Entry {
  readonly id: number;
  readonly what: string;
  readonly state: string;
}
interface Undone {
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

const run = async (argv: readonly string[]): Promise<Told & { readonly exit: number }> => {
  const ended = await lab.run([...argv, '--json']);
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
