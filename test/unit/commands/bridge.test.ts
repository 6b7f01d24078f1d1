import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, type MatrixPerson, type RunningBridge, startBridgeLab } from '../../support/bridge-lab.ts';
import { eventually } from '../../support/eventually.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;

beforeAll(async () => {
  lab = await startBridgeLab();
});
afterAll(async () => {
  await lab.stop();
  for (const secret of lab.secrets) expect(lab.printed()).not.toContain(secret);
});

/** The data that a command answers; it must succeed, and be as its schema says. */
const answer = async <Data = unknown>(...argv: string[]): Promise<Data> => {
  const run = await lab.run([...argv, '--json', '--yes']);
  expect(run.exitCode, `${run.stdout}${run.stderr}`).toBe(0);
  expectSchema(run.json());
  return run.json<{ data: Data }>().data;
};
const failure = async (...argv: string[]) => {
  const run = await lab.run([...argv, '--json', '--yes']);
  expectSchema(run.json());
  return { exit: run.exitCode, code: run.json<{ error: { code: string } }>().error.code };
};

/** The same with and without a bridge. */
const roomCommands = (): void => {
  it('links a room with a new Matrix room, once', async () => {
    const first = await answer('rooms', 'link', 'general', '--new');
    expect(first).toMatchObject({
      changed: true,
      room: { room: 'general', state: 'active', alias: '#rc_general:lab.test' },
    });
    expect(await answer('rooms', 'link', 'general', '--new')).toMatchObject({ changed: false });
    await eventually(async () =>
      expect(await answer('rooms', 'list')).toMatchObject({
        rooms: [{ room: 'general', type: 'channel', waiting: 0, problems: [] }],
      }),
    );
    expect(await answer('federation', 'status')).toMatchObject({ rooms: 1 });
  });

  it('says what is wrong with a room that is not there', async () => {
    expect(await failure('rooms', 'link', 'nowhere', '--new')).toEqual({ exit: 1, code: 'RCFED_ROOM_UNKNOWN' });
    expect(await failure('rooms', 'link', 'general', '#nowhere:lab.test')).toEqual({
      exit: 1,
      code: 'RCFED_ROOM_UNKNOWN',
    });
    expect(await failure('federation', 'trace', '$unknown')).toEqual({ exit: 1, code: 'RCFED_TRACE_UNKNOWN' });
    expect(await failure('federation', 'quarantine', 'show', '4711')).toEqual({ exit: 1, code: 'RCFED_ASIDE_UNKNOWN' });
    expect(await answer('federation', 'quarantine', 'list')).toEqual({ events: [] });
  });

  it('unlinks it, once', async () => {
    expect(await answer('rooms', 'unlink', 'general')).toMatchObject({ changed: true, room: { state: 'closed' } });
    expect(await answer('rooms', 'unlink', 'general')).toEqual({ changed: false, room: null });
  });
};

describe('without a running bridge', () => {
  it('status says so, and exits with 0', async () => {
    expect(await answer('federation', 'status')).toMatchObject({ running: false, ready: false, rooms: 0 });
  });
  it('waiting for it ends with 8', async () => {
    expect(await failure('federation', 'status', '--wait-ready', '1s')).toEqual({ exit: 8, code: 'RCFED_NOT_READY' });
  });
  it('a link needs a Matrix room or --new', async () => {
    expect(await failure('rooms', 'link', 'general')).toEqual({ exit: 2, code: 'RCFED_USAGE' });
  });
  roomCommands();
});

describe('with a running bridge', () => {
  let bridge: RunningBridge;
  let alice: MatrixPerson;
  let roomId: string;

  /** Waits until the bridge says how that event ended. */
  const outcomeOf = async (ref: string, nth = 1): Promise<unknown> => {
    const line = await bridge.line(
      (each) =>
        bridge.lines.filter((row) => row['event'] === 'row' && row['ref'] === ref).length >= nth && each['ref'] === ref,
    );
    return nth === 1 ? line['outcome'] : bridge.lines.filter((row) => row['ref'] === ref).at(-1)?.['outcome'];
  };

  beforeAll(async () => {
    bridge = await lab.bridge();
    await bridge.line(({ event }) => event === 'ready');
  });
  afterAll(async () => {
    for (const line of bridge.lines) expectSchema(line);
  });

  it('status asks it', async () => {
    expect(await answer('federation', 'status', '--wait-ready', '20')).toMatchObject({
      running: true,
      ready: true,
      workspace: { works: true, realtime: true },
      homeserver: { works: true },
    });
  });
  roomCommands();

  it('a message is traced from one side to the other', async () => {
    const { room } = await answer<{ room: { matrixRoomId: string; alias: string } }>(
      'rooms',
      'link',
      'general',
      '--new',
    );
    roomId = room.matrixRoomId;
    alice = await lab.matrixUser('alice');
    await alice.join(room.alias);
    const eventId = await alice.say(roomId, 'good morning');
    expect(await outcomeOf(eventId)).toBe('relayed');
    const trace = await answer<{ messageId: string }>(
      'federation',
      'trace',
      `https://matrix.to/#/${roomId}/${eventId}`,
    );
    expect(trace).toMatchObject({
      eventIds: [eventId],
      deleted: false,
      steps: [{ side: 'homeserver', state: 'done', outcome: 'relayed', room: 'general' }],
    });
    expect(await answer('federation', 'trace', `http://chat/channel/general?msg=${trace.messageId}`)).toMatchObject({
      eventIds: [eventId],
    });
  });

  it('what can not be shown on the other side is reported with its reason', async () => {
    await alice.react(roomId, await alice.say(roomId, 'a question'), 'in words');
    const told = await bridge.line(({ event }) => event === 'notice');
    expect(told).toMatchObject({ side: 'homeserver', room: 'general', reason: expect.stringContaining('eaction') });
  });

  it('what the workspace refuses is set aside, shown, tried again and given up', async () => {
    const veto = (): 'prevent' => 'prevent';
    lab.workspace.state.apps.add(veto);
    const [first, second] = [await alice.say(roomId, 'forbidden'), await alice.say(roomId, 'as well')];
    expect([await outcomeOf(first), await outcomeOf(second)]).toEqual(['set aside', 'set aside']);
    const { events } = await answer<{ events: { id: number; ref: string }[] }>('federation', 'quarantine', 'list');
    expect(events.map(({ ref }) => ref)).toEqual([first, second]);
    const [one, other] = events.map(({ id }) => String(id)) as [string, string];
    expect(await answer('federation', 'quarantine', 'show', one)).toMatchObject({
      room: 'general',
      side: 'homeserver',
      body: { content: { body: 'forbidden' } },
    });
    lab.workspace.state.apps.delete(veto);
    expect(await answer('federation', 'quarantine', 'retry', one, '--dry-run')).toEqual({
      id: Number(one),
      changed: false,
      dryRun: true,
      plan: [`~ event ${one}: set aside → tried again now`],
    });
    expect(await answer('federation', 'quarantine', 'drop', one, '--dry-run')).toMatchObject({
      changed: false,
      plan: [`- event ${one}, for good`],
    });
    expect(await answer('federation', 'quarantine', 'retry', one)).toMatchObject({ id: Number(one), changed: true });
    expect(await outcomeOf(first, 2)).toBe('relayed');
    expect(await answer('federation', 'quarantine', 'drop', other)).toMatchObject({ id: Number(other), changed: true });
    expect(await answer('federation', 'quarantine', 'drop', other, '--dry-run')).toMatchObject({
      plan: [`= event ${other} is not set aside`],
    });
    expect(await answer('federation', 'quarantine', 'list')).toEqual({ events: [] });
  });

  it('giving an event up is asked first', async () => {
    expect((await lab.run(['federation', 'quarantine', 'drop', '1', '--json'])).exitCode).toBe(2);
    const declined = await lab.run(['federation', 'quarantine', 'drop', '1'], {
      terminal: true,
      answers: { 'Give up': false },
    });
    expect(declined.exitCode).toBe(1);
  });

  it('a second bridge on its database is refused before it does anything', async () => {
    const run = await lab.run(['federation', 'run', '--json'], { env: { RCFED_ADMIN: `${lab.folder}/other.sock` } });
    // A service manager is to try again: it may have been a command that used the store for a moment.
    expect(run.exitCode).toBe(1);
    expect(run.lines().at(-1)).toMatchObject({ error: { code: 'RCFED_STORE_LOCKED' } });
  });

  it('its store without its admin address is said to be held', async () => {
    const run = await lab.run(['rooms', 'list', '--json'], { env: { RCFED_ADMIN: `${lab.folder}/nobody.sock` } });
    expect(run.exitCode).toBe(5);
    const { error } = run.json<{ error: { code: string; message: string } }>();
    expect(error.code).toBe('RCFED_BRIDGE_UNREACHABLE');
    expect(error.message).toContain('store.db');
    expect(error.message).toContain('nobody.sock');
  });

  it('its store can be checked and saved meanwhile', async () => {
    expect(await answer('store', 'check')).toMatchObject({ engine: 'sqlite', findings: [] });
    expect(await answer('store', 'backup', '--output', `${lab.folder}/saved.db`)).toMatchObject({ format: 'sqlite' });
    expect(await failure('store', 'backup', '--output', `${lab.folder}/saved.db`)).toEqual({
      exit: 1,
      code: 'RCFED_BACKUP_EXISTS',
    });
  });

  it('ends in order at the first Ctrl-C, and the store is free again', async () => {
    const run = await bridge.stop();
    expect(run.exitCode).toBe(130);
    expect(await answer('federation', 'status')).toMatchObject({ running: false, relayed: { toWorkspace: 3 } });
    expect(await answer('rooms', 'list')).toMatchObject({ rooms: [{ room: 'general' }] });
  });
});
