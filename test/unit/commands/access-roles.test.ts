import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;

beforeAll(async () => {
  lab = await startBridgeLab();
});
afterAll(() => lab.stop());

interface Roles {
  readonly changed: boolean;
  readonly roles: readonly { readonly action: string; readonly roles: readonly string[]; readonly from: string }[];
}

const run = async (...argv: string[]) => {
  const ended = await lab.run(['federation', 'access', 'roles', ...argv, '--json']);
  expectSchema(ended.json());
  return { exit: ended.exitCode, ...ended.json<{ data: Roles; error?: { code: string; why?: string } }>() };
};
const of = async (action: string, ...argv: string[]) => {
  const { data } = await run(...argv);
  return { changed: data.changed, ...data.roles.find((each) => each.action === action) };
};

describe('federation access roles', () => {
  it('is as Rocket.Chat says, until somebody sets it, and again when it is reset', async () => {
    expect(await of('create')).toMatchObject({ roles: ['admin', 'user'], from: 'workspace', changed: false });
    expect(await of('create', 'create', 'admin', 'guest')).toMatchObject({
      roles: ['admin', 'guest'],
      from: 'set',
      changed: true,
    });
    expect(await of('create', 'create', 'guest', 'admin', 'admin')).toMatchObject({ changed: false });
    expect(await of('create')).toMatchObject({ roles: ['admin', 'guest'], from: 'set' });
    expect(await of('invite')).toMatchObject({ from: 'workspace' });
    expect(await of('search', 'search', '--nobody')).toMatchObject({ roles: [], from: 'set', changed: true });
    expect(await of('create', 'create', '--reset')).toMatchObject({ from: 'workspace', changed: true });
    expect(await of('search', '--reset')).toMatchObject({ from: 'workspace', changed: true });
    expect(await of('search', '--reset')).toMatchObject({ changed: false });
  });

  it('names what is wrong', async () => {
    expect(await run('create', 'sales')).toMatchObject({
      exit: 2,
      error: { code: 'RCFED_ROLE_UNKNOWN', why: 'Its roles are admin, user, bot, app, guest, anonymous.' },
    });
    expect(await run('create', 'owner')).toMatchObject({ exit: 2, error: { code: 'RCFED_ROLE_UNKNOWN' } });
    expect(await run('dance', 'admin')).toMatchObject({ exit: 2 });
    expect(await run('--nobody')).toMatchObject({ exit: 2, error: { code: 'RCFED_USAGE' } });
    expect(await run('create', 'admin', '--reset')).toMatchObject({ exit: 2, error: { code: 'RCFED_USAGE' } });
    expect(await of('create')).toMatchObject({ from: 'workspace' });
  });

  it('people read it as a table', async () => {
    const { stdout } = await lab.run(['federation', 'access', 'roles', 'write']);
    expect(stdout).toBe('write\tadmin, user\taccess-federation\n');
  });
});
