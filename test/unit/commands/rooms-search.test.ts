import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

interface Found {
  readonly rooms: readonly { readonly roomId: string; readonly name: string; readonly bridged: boolean }[];
  readonly servers: readonly { readonly server: string; readonly next: string | null; readonly error: unknown }[];
}

let lab: BridgeLab;

beforeAll(async () => {
  lab = await startBridgeLab();
});
afterAll(() => lab.stop());

const run = async (...argv: string[]) => {
  const ended = await lab.run([...argv, '--json', '--yes']);
  expectSchema(ended.json());
  return { exit: ended.exitCode, ...ended.json<{ data: Found; error?: { code: string } }>() };
};
const answer = async (...argv: string[]): Promise<Found> => {
  const { exit, data, error } = await run(...argv);
  expect(exit, JSON.stringify(error)).toBe(0);
  return data;
};

/** Public rooms of somebody on Matrix, as many as asked for. */
const publish = async (count: number): Promise<void> => {
  const { accessToken } = await lab.homeserver.registerUser('librarian');
  const create = async (n: number): Promise<void> => {
    const response = await fetch(`${lab.homeserver.url}/_matrix/client/v3/createRoom`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ name: `Room ${n}`, preset: 'public_chat', visibility: 'public' }),
    });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  };
  for (let from = 0; from < count; from += 50)
    await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, index) => create(from + index)));
};

describe('searching a directory of 5,000 rooms', () => {
  const COUNT = 5000;
  beforeAll(() => publish(COUNT), 120_000);

  it('the first page says how to see more, apart from the rooms', async () => {
    const { stdout, stderr, exitCode } = await lab.run(['rooms', 'search', 'Room', '--limit', '10']);
    expect(exitCode).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(10);
    const next = /^More of lab\.test: rcfed rooms search Room --server lab\.test --page (\S+)$/m.exec(stderr);
    const more = await answer('rooms', 'search', 'Room', '--server', 'lab.test', '--page', next?.[1] ?? '');
    expect(more.rooms).toHaveLength(50);
    expect(new Set([...lines.map((line) => line.split('\t')[0]), ...more.rooms.map((room) => room.roomId)]).size).toBe(
      60,
    );
  });

  it('all of them come, nothing twice', async () => {
    const { rooms, servers } = await answer('rooms', 'search', '--all');
    expect(new Set(rooms.map(({ name }) => name)).size).toBe(COUNT);
    expect(rooms).toHaveLength(COUNT);
    expect(servers).toMatchObject([{ server: 'lab.test', shown: COUNT, total: COUNT, next: null, error: null }]);
  });

  it('a word finds those that have it', async () => {
    const { rooms } = await answer('rooms', 'search', 'room 4999');
    expect(rooms).toMatchObject([{ name: 'Room 4999', alias: null, members: 1, joinable: true, bridged: false }]);
    expect((await answer('rooms', 'search', 'nothing of the sort')).rooms).toEqual([]);
  });

  it('says which are linked already', async () => {
    const { rooms } = await answer('rooms', 'search', 'room 4998');
    await answer('rooms', 'link', 'general', rooms[0]?.roomId ?? '');
    expect((await answer('rooms', 'search', 'room 4998')).rooms).toMatchObject([{ bridged: true }]);
  });

  it('with a running bridge it is the same', async () => {
    const bridge = await lab.bridge();
    expect((await answer('rooms', 'search', 'room 12', '--limit', '100')).rooms).toHaveLength(100);
    await bridge.stop();
  });
});

describe('searching other servers', () => {
  it('one that does not answer is an error with its reason', async () => {
    expect(await run('rooms', 'search', '--server', 'nowhere.invalid')).toMatchObject({
      exit: 1,
      error: { code: 'RCFED_SERVER_UNREACHABLE', message: 'nowhere.invalid does not answer the homeserver' },
    });
    expect(await run('rooms', 'search', '--server', 'not a name')).toMatchObject({
      exit: 2,
      error: { code: 'RCFED_SERVER_NAME_INVALID' },
    });
  });

  it('what the others have is shown nevertheless', async () => {
    const { exit, data, error } = await run('rooms', 'search', '--all-servers', '--limit', '5');
    expect({ exit, code: error?.code }).toEqual({ exit: 9, code: 'RCFED_PARTLY_DONE' });
    expect(data.rooms).toHaveLength(5);
    expect(data.servers).toMatchObject([
      { server: 'lab.test', error: null },
      { server: 'matrix.org', shown: 0, error: { code: 'RCFED_SERVER_UNREACHABLE' } },
    ]);
  });

  it('saved servers are listed, once, and forgotten; the default one stays', async () => {
    const changed = (server: string, value: boolean) => ({ exit: 0, data: { server, changed: value } });
    expect(await run('rooms', 'servers', 'add', 'Example.org')).toMatchObject(changed('example.org', true));
    expect(await run('rooms', 'servers', 'add', 'example.org')).toMatchObject(changed('example.org', false));
    expect(await run('rooms', 'servers', 'add', 'matrix.org')).toMatchObject(changed('matrix.org', false));
    expect(await run('rooms', 'servers', 'list')).toMatchObject({
      data: {
        servers: [
          { server: 'matrix.org', isDefault: true },
          { server: 'example.org', isDefault: false },
        ],
      },
    });
    expect(await run('rooms', 'servers', 'remove', 'example.org')).toMatchObject(changed('example.org', true));
    expect(await run('rooms', 'servers', 'remove', 'example.org')).toMatchObject(changed('example.org', false));
    expect(await run('rooms', 'servers', 'remove', 'matrix.org')).toMatchObject({
      exit: 1,
      error: { code: 'RCFED_SERVER_DEFAULT' },
    });
    expect(await run('rooms', 'servers', 'add', 'no name')).toMatchObject({ exit: 2 });
  });
});
