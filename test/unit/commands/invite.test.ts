import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, type MatrixPerson, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

interface Answer {
  readonly exit: number;
  readonly data: {
    readonly people: readonly { readonly user: string; readonly outcome: string; readonly reason: string | null }[];
    readonly link: string;
    readonly open: boolean;
  };
  readonly error?: { readonly code: string; readonly why?: string };
}

let lab: BridgeLab;
let alice: MatrixPerson;

beforeAll(async () => {
  lab = await startBridgeLab();
  alice = await lab.matrixUser('alice');
  expect((await lab.run(['rooms', 'link', 'general', '--new'])).exitCode).toBe(0);
});
afterAll(() => lab.stop());

const run = async (...argv: string[]): Promise<Answer> => {
  const ended = await lab.run([...argv, '--json']);
  expectSchema(ended.json());
  return { exit: ended.exitCode, ...ended.json<Omit<Answer, 'exit'>>() };
};

const outcomes = ({ data }: Answer): Record<string, string> =>
  Object.fromEntries(data.people.map(({ user, outcome }) => [user, outcome]));

describe('inviting', () => {
  it('says first who would be asked in, and who not', async () => {
    const argv = ['invite', 'user', alice.userId, 'nobody', '--room', 'general', '--dry-run'];
    const planned = await run(...argv);
    expect({ exit: planned.exit, ...outcomes(planned) }).toEqual({
      exit: 9,
      [alice.userId]: 'to do',
      nobody: 'refused',
    });
    expect((await lab.run(argv)).stdout.split('\n')).toEqual([
      `+ invitation of ${alice.userId}`,
      '= nobody is not invited: nobody is not a Matrix id: write @alice:example.org',
      'Nothing was changed.',
      '',
    ]);
  });

  it('asks somebody in, once', async () => {
    const first = await run('invite', 'user', alice.userId, '--room', 'general');
    expect({ exit: first.exit, ...outcomes(first) }).toEqual({ exit: 0, [alice.userId]: 'invited' });
    const again = await run('rooms', 'invite', 'general', alice.userId, alice.userId);
    expect({ exit: again.exit, ...outcomes(again) }).toEqual({ exit: 0, [alice.userId]: 'already' });
    await alice.join('#rc_general:lab.test');
    expect(outcomes(await run('invite', 'user', alice.userId, '--room', '#rc_general:lab.test'))).toEqual({
      [alice.userId]: 'already',
    });
  });

  it('of 400, says which three could not be', async () => {
    const people = Array.from({ length: 397 }, (_, n) => `@guest${n}:lab.test`);
    for (const user of people) await lab.homeserver.registerUser(user.slice(1, user.indexOf(':')));
    await lab.run(['federation', 'access', 'block', 'bad.org']);
    const wrong = ['nobody', '@eve:bad.org', '@rc_rcfed:lab.test'];
    const all = [...people.slice(0, 200), ...wrong, ...people.slice(200)];
    const answer = await run('invite', 'user', '--room', 'general', ...all);
    expect(answer).toMatchObject({ exit: 9, error: { code: 'RCFED_PARTLY_DONE' } });
    expect(answer.data.people.filter(({ outcome }) => outcome === 'refused').map(({ user }) => user)).toEqual(wrong);
    expect(answer.data.people.map(({ user }) => user)).toEqual(all);
    expect(answer.data.people.map(({ reason }) => reason).filter((reason) => reason !== null)).toEqual([
      'nobody is not a Matrix id: write @alice:example.org',
      'the access rules keep bad.org out',
      '@rc_rcfed:lab.test stands for somebody in Rocket.Chat: add them to the room there',
    ]);
    const again = await run('invite', 'user', '--room', 'general', ...all);
    expect(new Set(Object.values(outcomes(again)))).toEqual(new Set(['already', 'refused']));
  });

  it('needs a federated room, and somebody', async () => {
    expect(await run('invite', 'user', alice.userId, '--room', 'nowhere')).toMatchObject({
      exit: 1,
      error: { code: 'RCFED_ROOM_UNKNOWN' },
    });
    expect(await run('invite', 'user', '--room', 'general')).toMatchObject({ exit: 2 });
    expect(await run('invite', 'user', 'nobody', '--room', 'general')).toMatchObject({
      exit: 1,
      error: { code: 'RCFED_REFUSED' },
    });
  });
});

it('tells who exists from who may', async () => {
  const answer = await run('invite', 'verify', alice.userId, '@nobody:lab.test');
  expect({ exit: answer.exit, ...outcomes(answer) }).toEqual({
    exit: 1,
    [alice.userId]: 'exists',
    '@nobody:lab.test': 'unknown',
  });
  expect((await run('invite', 'verify', alice.userId)).exit).toBe(0);
});

it('makes a link to share', async () => {
  expect(await run('invite', 'link', 'general')).toMatchObject({
    exit: 0,
    data: { link: 'https://matrix.to/#/%23rc_general%3Alab.test', open: true },
  });
});
