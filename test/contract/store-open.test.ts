import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { isLocked } from '../../src/lib/store/lock.ts';
import { migrations } from '../../src/lib/store/migrations.ts';
import { openStore } from '../../src/lib/store/open.ts';
import { rotateKey } from '../../src/lib/store/rotate-key.ts';
import { describeStore, engines, newPerson, recordOne, storeBench, testKey } from '../support/stores.ts';

const CHILD = fileURLToPath(new URL('../support/store-child.ts', import.meta.url));

/** Starts a process on a store; answers the lines that it says and a way to kill it as a power cut would. */
async function startChild(task: 'hold' | 'record', url: string) {
  const child = spawn(process.execPath, [CHILD, task, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line));
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  onTestFinished(kill);
  await once(reader, 'line');
  return { lines, kill };
}

const newest = migrations.at(-1)?.version ?? 0;
const later = [...migrations, { version: newest + 1, statements: () => ['create table later (id integer)'] }];

describeStore('opening a store', (bench) => {
  it('makes it once and finds everything again', async () => {
    const url = await bench.url();
    const store = await bench.openUrl(url);
    await recordOne(store, '$1');
    await store.close();
    const again = await bench.openUrl(url, { migrate: false });
    expect((await again.inbox.byKey('homeserver', '$1'))?.state).toBe('pending');
    expect(again.effectKey).toHaveLength(32);
    expect(again.effectKey).toEqual(store.effectKey);
    expect((await bench.open()).effectKey).not.toEqual(store.effectKey);
  });

  it('is refused without a store when it may not make one', async () => {
    await expect(bench.openUrl(await bench.url(), { migrate: false })).rejects.toMatchObject({
      code: 'RCFED_STORE_MISSING',
    });
  });

  it('makes it once when several start at the same time', async () => {
    const url = await bench.url();
    const stores = await Promise.all([bench.openUrl(url), bench.openUrl(url), bench.openUrl(url)]);
    expect(new Set(stores.map(({ effectKey }) => Buffer.from(effectKey).toString('hex'))).size).toBe(1);
  });

  it('brings an older store up to date, unless told not to', async () => {
    const url = await bench.url();
    await recordOne(await bench.openUrl(url), '$1');
    const outdated = {
      code: 'RCFED_STORE_OUTDATED',
      why: expect.stringMatching(new RegExp(`version ${newest}.*version ${newest + 1}`)),
    };
    await expect(bench.openUrl(url, { migrations: later, migrate: false })).rejects.toMatchObject(outdated);
    const newer = await bench.openUrl(url, { migrations: later });
    expect(await newer.inbox.byKey('homeserver', '$1')).toBeDefined();
  });

  it('refuses a store that a newer version wrote, and names both versions', async () => {
    const url = await bench.url();
    await (await bench.openUrl(url, { migrations: later })).close();
    await expect(bench.openUrl(url)).rejects.toMatchObject({
      code: 'RCFED_STORE_NEWER',
      why: expect.stringMatching(new RegExp(`version ${newest + 1}.*up to ${newest}`)),
    });
  });

  it('leaves the store as it was when a migration fails', async () => {
    const url = await bench.url();
    await recordOne(await bench.openUrl(url), '$1');
    const broken = [
      ...migrations,
      { version: newest + 1, statements: () => ['create table half (id integer)', 'nonsense'] },
    ];
    await expect(bench.openUrl(url, { migrations: broken })).rejects.toThrow('nonsense');
    const store = await bench.openUrl(url, { migrate: false });
    expect(await store.inbox.byKey('homeserver', '$1')).toBeDefined();
    expect((await store.database.kysely.introspection.getTables()).map(({ name }) => name)).not.toContain('half');
  });

  it('refuses another key, before it changes anything', async () => {
    const url = await bench.url();
    await (await bench.openUrl(url)).close();
    const other = { key: new Uint8Array(32).fill(8), migrations: later };
    await expect(bench.openUrl(url, other)).rejects.toMatchObject({ code: 'RCFED_STORE_WRONG_KEY' });
    await bench.openUrl(url, { migrate: false });
  });

  it('takes a new key, and from then on only that one', async () => {
    const url = await bench.url();
    const newKey = new Uint8Array(32).fill(9);
    const store = await bench.openUrl(url);
    await store.people.add(newPerson('p', { token: new Secret('tok') }));
    await store.people.add(newPerson('q'));
    await store.close();
    await rotateKey({ url, key: testKey, newKey, clock: bench.clock });
    await expect(bench.openUrl(url)).rejects.toMatchObject({ code: 'RCFED_STORE_WRONG_KEY' });
    const rotated = await bench.openUrl(url, { key: newKey });
    expect((await rotated.people.byUsername('ghost', 'p'))?.token?.reveal()).toBe('tok');
    expect(rotated.effectKey).toEqual(store.effectKey);
  });
});

describeStore('a running bridge', (bench) => {
  it('keeps a second one off its store, and says so', async () => {
    const url = await bench.url();
    const store = await bench.openUrl(url, { lock: true });
    expect(await isLocked(url)).toBe(true);
    await expect(bench.openUrl(url, { lock: true })).rejects.toMatchObject({ code: 'RCFED_STORE_LOCKED', exit: 1 });
    await expect(rotateKey({ url, key: testKey, newKey: testKey, clock: bench.clock })).rejects.toMatchObject({
      code: 'RCFED_STORE_LOCKED',
    });
    // A command that only reads gets in.
    await bench.openUrl(url, { migrate: false });
    await store.close();
    expect(await isLocked(url)).toBe(false);
    await bench.openUrl(url, { lock: true });
  });

  it('keeps it off from another process too, until it is killed', async () => {
    const url = await bench.url();
    const child = await startChild('hold', url);
    expect(await isLocked(url)).toBe(true);
    await expect(bench.openUrl(url, { lock: true })).rejects.toMatchObject({ code: 'RCFED_STORE_LOCKED' });
    await child.kill();
    await expect.poll(() => isLocked(url), { timeout: 30_000 }).toBe(false);
    await bench.openUrl(url, { lock: true });
  });

  it('that is killed while it records leaves no half of a batch, and all that it acknowledged', async () => {
    const url = await bench.url();
    for (const acknowledged of [3, 6]) {
      const child = await startChild('record', url);
      await expect.poll(() => child.lines.length, { timeout: 30_000 }).toBeGreaterThan(acknowledged);
      await child.kill();
      await expect.poll(() => isLocked(url), { timeout: 30_000 }).toBe(false);
    }
    const store = await bench.openUrl(url);
    const lanes = await store.inbox.waiting();
    expect(lanes.map(({ count }) => count)).toEqual(lanes.map(() => 250));
    expect(lanes).toHaveLength(Number(await store.cursor('batch')) + 1);
  });
});

describe.each(engines.filter((engine) => engine === 'postgres'))('the lock on a server (%s)', (engine) => {
  const bench = storeBench(engine);

  it('is taken again when its connection breaks', async () => {
    const url = await bench.url();
    const store = await bench.openUrl(url, { lock: true, clock: systemClock });
    const holder = sql<{ pid: number }>`select pid from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`;
    const pid = async () => (await holder.execute(store.database.kysely)).rows[0]?.pid;
    const first = await pid();
    await sql`select pg_terminate_backend(${first})`.execute(store.database.kysely);
    await expect.poll(async () => [undefined, first].includes(await pid()), { timeout: 30_000 }).toBe(false);
    expect(await isLocked(url)).toBe(true);
    await store.close();
    expect(await isLocked(url)).toBe(false);
  });
});

describe('a store that cannot be had', () => {
  it.each([
    'postgres://rcfed:hunter2@127.0.0.1:1/rcfed?password=hunter3',
    'postgres://rcfed:hunter2@no-such-host.invalid/x',
  ])('is reported with where it should be and without its password: %s', async (url) => {
    for (const lock of [false, true]) {
      const error = await openStore({ url, key: testKey, clock: systemClock, lock }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'RCFED_STORE_UNAVAILABLE', retryable: true });
      expect(String(error) + (error as { why?: string }).why).not.toMatch(/hunter/);
    }
  });
});
