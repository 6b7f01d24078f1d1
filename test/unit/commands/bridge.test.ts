import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, type RunningBridge, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;

beforeAll(async () => {
  lab = await startBridgeLab();
});
afterAll(async () => lab.stop());

const answer = async <Data>(argv: readonly string[]): Promise<Data> => {
  const run = await lab.run([...argv, '--json', '--yes']);
  expect(run.exitCode, `${run.stdout}${run.stderr}`).toBe(0);
  expectSchema(run.json());
  return run.json<{ data: Data }>().data;
};

describe('without a running bridge', () => {
  it('status says so, and exits with 0', async () => {
    expect(await answer(['federation', 'status'])).toMatchObject({ running: false, ready: false, rooms: 0 });
  });
  it('links, lists and unlinks rooms in the store', async () => {
    expect(await answer(['rooms', 'link', 'general', '--new'])).toMatchObject({ changed: true, room: { state: 'active' } });
    expect(await answer(['rooms', 'link', 'general', '--new'])).toMatchObject({ changed: false });
    expect(await answer(['rooms', 'list'])).toMatchObject({ rooms: [{ room: 'general', waiting: 0 }] });
    expect(await answer(['rooms', 'unlink', 'general'])).toMatchObject({ changed: true });
    expect(await answer(['rooms', 'unlink', 'general'])).toMatchObject({ changed: false, room: null });
  });
});

describe('with a running bridge', () => {
  let bridge: RunningBridge;
  beforeAll(async () => {
    bridge = await lab.bridge();
    await bridge.line(({ event }) => event === 'ready');
  });
  it('status asks it', async () => {
    expect(await answer(['federation', 'status', '--wait-ready', '20'])).toMatchObject({ running: true, ready: true });
  });
  it('links, lists and unlinks rooms', async () => {
    expect(await answer(['rooms', 'link', 'general', '--new'])).toMatchObject({ changed: true });
    expect(await answer(['rooms', 'link', 'general', '--new'])).toMatchObject({ changed: false });
    expect(await answer(['rooms', 'list'])).toMatchObject({ rooms: [{ room: 'general' }] });
  });
});
