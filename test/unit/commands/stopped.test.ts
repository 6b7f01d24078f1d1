import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/core/clock.ts';
import { lockStore } from '../../../src/lib/store/lock.ts';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { engines } from '../../support/stores.ts';
import { postgresDatabase } from '../../support/shared-postgres.ts';

let lab: BridgeLab;

beforeEach(async () => {
  lab = await startBridgeLab();
});
afterEach(async () => lab.stop());

describe('a bridge that does not run', () => {
  it('has a status although neither server answers', async () => {
    expect((await lab.run(['rooms', 'link', 'general', '--new'])).exitCode).toBe(0);
    const env = { RCFED_WORKSPACE_URL: 'http://127.0.0.1:1', RCFED_HOMESERVER_URL: 'http://127.0.0.1:1' };
    const status = await lab.run(['federation', 'status', '--json'], { env });
    expect(status.json()).toMatchObject({ ok: true, data: { running: false, rooms: 1 } });
    const list = await lab.run(['rooms', 'list'], { env });
    expect(list.stdout).toBe('general\tchannel\tactive\t\t0\t#rc_general:lab.test\n');
  });

  it('is asked by two commands at once: the second waits until the store is free', async () => {
    await lab.run(['federation', 'status']);
    const held = await lockStore(join(lab.folder, '.local/share/rcfed/environment/store.db'), systemClock);
    let looks = 0;
    const sleep: Clock['sleep'] = async (ms, signal) => {
      // The other command ends while this one looks again and again.
      if (ms <= 1000 && ++looks === 2) await held.release();
      await systemClock.sleep(ms, signal);
    };
    const run = await lab.run(['federation', 'status', '--json'], { clock: { ...systemClock, sleep } });
    expect(run.json()).toMatchObject({ ok: true, data: { running: false } });
    expect(looks).toBeGreaterThan(1);
  });

  it('tells a person in words', async () => {
    const status = await lab.run(['federation', 'status'], { terminal: true });
    expect(status.stdout).toContain('not running');
    expect(status.stdout).toContain('unknown while no bridge runs');
    const none = await lab.run(['rooms', 'list']);
    expect(none.stdout).toBe('');
    expect(none.stderr).toContain('rcfed rooms link ROOM --new');
  });

  it('has a store that is found damaged', async () => {
    await lab.run(['federation', 'status']);
    await writeFile(
      join(lab.folder, '.local/share/rcfed/environment/store.db'),
      'this is no database, whatever its name says'.repeat(200),
    );
    const run = await lab.run(['store', 'check', '--json']);
    expect(run.exitCode).toBe(3);
    expect(run.json()).toMatchObject({ error: { code: 'RCFED_STORE_CORRUPT' } });
  });

  it('has no store to check before it ever ran', async () => {
    expect((await lab.run(['store', 'check', '--json'])).json()).toMatchObject({
      error: { code: 'RCFED_STORE_MISSING' },
    });
  });
});

describe.runIf(engines.includes('postgres'))('a bridge on PostgreSQL', () => {
  it('is asked while it runs, and its store when it does not', async () => {
    const env = { RCFED_STORE: (await postgresDatabase()) ?? '' };
    const bridge = await lab.bridge(env);
    await bridge.line(({ event }) => event === 'ready');
    const linked = await lab.run(['rooms', 'link', 'general', '--new', '--json'], { env });
    expect(linked.json()).toMatchObject({ ok: true, data: { changed: true } });
    const second = await lab.run(['federation', 'run', '--json'], {
      env: { ...env, RCFED_ADMIN: join(lab.folder, 'other.sock') },
    });
    expect(second.lines().at(-1)).toMatchObject({ error: { code: 'RCFED_STORE_LOCKED' } });
    await bridge.stop();
    const status = await lab.run(['federation', 'status', '--json'], { env });
    expect(status.json()).toMatchObject({ ok: true, data: { running: false, rooms: 1 } });
  });
});
