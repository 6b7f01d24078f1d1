import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, type MatrixPerson, type RunningBridge, startBridgeLab } from '../../support/bridge-lab.ts';
import { eventually } from '../../support/eventually.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;
let bridge: RunningBridge;
let alice: MatrixPerson;
let roomId: string;

const answer = async <Data>(...argv: string[]): Promise<Data> => {
  const run = await lab.run([...argv, '--json', '--yes']);
  expect(run.exitCode, `${run.stdout}${run.stderr}`).toBe(0);
  expectSchema(run.json());
  return run.json<{ data: Data }>().data;
};
const inWorkspace = (): string[] =>
  [...lab.workspace.state.messages.all()].filter(({ t }) => t === undefined).map(({ msg }) => msg);

beforeAll(async () => {
  lab = await startBridgeLab();
  bridge = await lab.bridge();
  await bridge.line(({ event }) => event === 'ready');
  const { room } = await answer<{ room: { matrixRoomId: string; alias: string } }>('rooms', 'link', 'general', '--new');
  roomId = room.matrixRoomId;
  alice = await lab.matrixUser('alice');
  await alice.join(room.alias);
  for (const text of ['one', 'two']) await alice.say(roomId, text);
  await eventually(async () => expect(inWorkspace()).toEqual(expect.arrayContaining(['one', 'two'])));
  // What is exported is what is settled.
  await eventually(async () => expect(await answer('rooms', 'list')).toMatchObject({ rooms: [{ waiting: 0 }] }));
});
afterAll(async () => {
  await lab.stop();
  for (const secret of lab.secrets) expect(lab.printed()).not.toContain(secret);
});

interface Exported {
  readonly messages: { text: string | null }[];
  readonly servers: string[];
  readonly person: object;
}

describe('what the bridge has of a person', () => {
  it('is answered as JSON, or written to a file for its owner alone', async () => {
    const exported = await answer<Exported>('federation', 'export', alice.userId);
    expect(exported.person).toMatchObject({ home: 'matrix', matrixUserId: alice.userId });
    expect(new Set(exported.messages.map(({ text }) => text))).toEqual(new Set(['one', 'two']));
    expect(exported.servers).toEqual(['lab.test']);
    const file = `${lab.folder}/alice.json`;
    await answer('federation', 'export', alice.userId, '--output', file);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ messages: exported.messages });
    const again = await lab.run(['federation', 'export', alice.userId, '--output', file, '--json']);
    expect(again.exitCode).toBe(1);
    expect(again.json<{ error: { code: string } }>().error.code).toBe('RCFED_FILE_UNWRITABLE');
  });

  it('of nobody is an error, and of somebody unknown on Matrix it is nothing', async () => {
    const run = await lab.run(['federation', 'export', '@nobody-here', '--json']);
    expect(run.json<{ error: { code: string } }>().error.code).toBe('RCFED_PERSON_UNKNOWN');
    expect(await answer('federation', 'export', '@stranger:elsewhere.test')).toMatchObject({ messages: [], rooms: [] });
  });

  it('is removed only when that is said, and then once', async () => {
    const plan = await answer('federation', 'erase', alice.userId, '--dry-run');
    expect(plan).toMatchObject({ dryRun: true, changed: false, rooms: ['general'] });
    expect((await lab.run(['federation', 'erase', alice.userId, '--json'])).exitCode).toBe(2);
    expect(inWorkspace()).toEqual(expect.arrayContaining(['one', 'two']));
    expect(await answer('federation', 'erase', alice.userId)).toMatchObject({
      changed: true,
      failed: [],
      removed: { messages: 2, account: 'deleted' },
      servers: ['lab.test'],
    });
    expect(inWorkspace()).not.toContain('one');
    expect(await answer('federation', 'erase', alice.userId)).toMatchObject({ changed: false });
    expect(await answer<Exported>('federation', 'export', alice.userId)).toMatchObject({ messages: [], rooms: [] });
  });

  it('is removed without a running bridge as well', async () => {
    await alice.say(roomId, 'three');
    await eventually(async () => expect(inWorkspace()).toContain('three'));
    await bridge.stop();
    expect(await answer('federation', 'erase', alice.userId)).toMatchObject({ removed: { messages: 1 } });
    expect(inWorkspace()).not.toContain('three');
  });
});
