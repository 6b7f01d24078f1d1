import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { isLocked } from '../../../src/lib/store/lock.ts';
import { migrations } from '../../../src/lib/store/migrations.ts';
import { copyPath } from '../../../src/lib/store/sqlite-file.ts';
import { inboxRow, recordOne, storeBench } from '../../support/stores.ts';

const mode = (path: string): number => statSync(path).mode & 0o777;

describe('a store in a file', () => {
  const bench = storeBench('sqlite');

  it('is readable by its owner alone, with its journal and the folder made for it', async () => {
    const path = join(dirname(await bench.url()), 'new', 'folder', 'store.db');
    await recordOne(await bench.openUrl(`sqlite:${path}`, { lock: true }), '$1');
    expect([path, `${path}-wal`, `${path}.lock`].map(mode)).toEqual([0o600, 0o600, 0o600]);
    expect(mode(dirname(path))).toBe(0o700);
  });

  it('has one lock, whichever way it is reached', async () => {
    const path = await bench.url();
    await bench.openUrl(path, { lock: true });
    const link = join(dirname(path), 'link.db');
    symlinkSync(path, link);
    expect(await isLocked(link)).toBe(true);
    await expect(bench.openUrl(link, { lock: true })).rejects.toMatchObject({ code: 'RCFED_STORE_LOCKED' });
  });

  it('is on the disk before a commit is answered', async () => {
    const store = await bench.open();
    const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(store.database.kysely);
    expect(rows[0]?.synchronous).toBe(2);
  });

  it('is copied before it is migrated, and the copy opens with the older version', async () => {
    const path = await bench.url();
    const newest = migrations.at(-1)?.version ?? 0;
    const store = await bench.openUrl(path);
    await recordOne(store, '$1');
    await store.close();
    expect(existsSync(copyPath(path, newest))).toBe(false);
    writeFileSync(copyPath(path, newest), 'left by an attempt that failed');
    const later = [...migrations, { version: newest + 1, statements: () => ['drop table media'] }];
    await bench.openUrl(path, { migrations: later });
    const copy = await bench.openUrl(copyPath(path, newest), { migrate: false });
    expect(await copy.inbox.byKey('homeserver', '$1')).toBeDefined();
    expect(mode(copyPath(path, newest))).toBe(0o600);
  });

  it('says so when the disk is full, loses nothing, and goes on when there is room again', async () => {
    const store = await bench.open();
    await recordOne(store, '$before');
    const limit = (pages: number) => sql.raw(`pragma max_page_count = ${pages}`).execute(store.database.kysely);
    await limit(1);
    const rows = Array.from({ length: 300 }, (_, index) => inboxRow(`$${index}`, { body: 'x'.repeat(2000) }));
    const full = { code: 'RCFED_STORE_FULL', retryable: true };
    await expect(store.inbox.record({ rows })).rejects.toMatchObject(full);
    await expect(store.inbox.record({ rows, cursors: [{ name: 'c', value: '1' }] })).rejects.toMatchObject(full);
    expect(await store.cursor('c')).toBeUndefined();
    expect((await store.inbox.head('room:a', 'homeserver'))?.key).toBe('$before');
    await limit(1_000_000);
    expect(await store.inbox.record({ rows })).toHaveLength(300);
  });

  it('waits for another process that writes, without stopping this one', async () => {
    const path = await bench.url();
    const store = await bench.openUrl(path);
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    const recorded = store.inbox.record({ rows: [inboxRow('$1')] });
    await new Promise((resolve) => setImmediate(resolve));
    other.exec('commit');
    other.close();
    expect(await recorded).toHaveLength(1);
  });
});

describe('a file that is no store', () => {
  const bench = storeBench('sqlite');

  it('is refused and left as it is: text, a folder, the database of another program', async () => {
    const path = await bench.url();
    writeFileSync(path, 'These are my notes. '.repeat(100));
    await expect(bench.openUrl(path)).rejects.toMatchObject({ code: 'RCFED_STORE_CORRUPT' });
    expect(readFileSync(path, 'utf8')).toMatch(/^These are my notes/);

    const folder = join(dirname(path), 'folder');
    mkdirSync(folder);
    await expect(bench.openUrl(folder)).rejects.toMatchObject({ code: 'RCFED_STORE_UNREADABLE' });
    await expect(bench.openUrl(join(path, 'below-a-file'))).rejects.toMatchObject({ code: 'RCFED_STORE_UNREADABLE' });

    const foreign = join(dirname(path), 'foreign.db');
    const database = new DatabaseSync(foreign);
    database.exec('create table events (id)');
    database.close();
    await expect(bench.openUrl(foreign)).rejects.toMatchObject({
      code: 'RCFED_STORE_CORRUPT',
      why: expect.stringContaining('events'),
    });
  });

  it('is refused when a page of it is damaged', async () => {
    const path = await bench.url();
    const store = await bench.openUrl(path);
    for (let index = 0; index < 50; index += 1) await recordOne(store, `$${index}`);
    await store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 100, 4000);
    writeFileSync(path, bytes);
    await expect(bench.openUrl(path)).rejects.toMatchObject({ code: 'RCFED_STORE_CORRUPT' });
  });

  it('is refused when it may not be written', async () => {
    const path = await bench.url();
    await (await bench.openUrl(path)).close();
    // Root may write anything; a folder where the lock should be is in anybody's way.
    mkdirSync(`${path}.lock`);
    chmodSync(path, 0o400);
    await expect(bench.openUrl(path, { lock: true })).rejects.toMatchObject({ code: 'RCFED_STORE_UNREADABLE' });
  });
});
