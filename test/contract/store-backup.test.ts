import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { backupStore } from '../../src/lib/store/backup.ts';
import { engines, recordOne, storeBench } from '../support/stores.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'rcfed-backup-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const env = process.env;

describe('backing a store up (sqlite)', () => {
  const bench = storeBench('sqlite');

  it('copies it while a bridge writes, into a file for its owner alone that opens as a store', async () => {
    const url = await bench.url();
    const store = await bench.openUrl(url, { lock: true });
    for (let index = 0; index < 100; index += 1) await recordOne(store, `$${index}`, { body: 'x'.repeat(5000) });
    const target = join(folder(), 'backup.db');
    let writing = true;
    const saved = backupStore({ url, target, env }).finally(() => (writing = false));
    let written = 100;
    for (; writing; written += 1) await recordOne(store, `$${written}`);
    expect(await saved).toEqual({ target, format: 'sqlite', bytes: statSync(target).size });
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(existsSync(`${target}.part`)).toBe(false);
    const copy = await bench.openUrl(target, { migrate: false });
    const [lane] = await copy.inbox.waiting();
    expect(lane?.count).toBeGreaterThanOrEqual(100);
    expect(lane?.count).toBeLessThanOrEqual(written);
  });

  it('never overwrites a file, and leaves none behind when it fails', async () => {
    const url = await bench.url();
    await bench.openUrl(url);
    const target = join(folder(), 'backup.db');
    writeFileSync(target, 'precious');
    await expect(backupStore({ url, target, env })).rejects.toMatchObject({ code: 'RCFED_BACKUP_EXISTS' });
    expect(readFileSync(target, 'utf8')).toBe('precious');
    const nowhere = join(folder(), 'no', 'backup.db');
    await expect(backupStore({ url, target: nowhere, env })).rejects.toMatchObject({ code: 'RCFED_BACKUP_FAILED' });
    const missing = join(folder(), 'backup.db');
    await expect(backupStore({ url: `${url}.none`, target: missing, env })).rejects.toMatchObject({
      code: 'RCFED_STORE_MISSING',
    });
    const broken = join(folder(), 'broken.db');
    writeFileSync(broken, 'x'.repeat(10_000));
    await expect(backupStore({ url: broken, target: missing, env })).rejects.toMatchObject({
      code: 'RCFED_STORE_CORRUPT',
    });
    expect([missing, `${missing}.part`].filter((file) => existsSync(file))).toEqual([]);
  });
});

describe.each(engines.filter((engine) => engine === 'postgres'))('backing a store up (%s)', (engine) => {
  const bench = storeBench(engine);

  it('has pg_dump write it, with the password in no command line', async () => {
    const url = await bench.url();
    await recordOne(await bench.openUrl(url), '$1');
    const withPassword = new URL(url);
    withPassword.password = 'hunter2';
    const target = join(folder(), 'backup.dump');
    const bin = folder();
    const real = execFileSync('sh', ['-c', 'command -v pg_dump || ls /usr/lib/postgresql/*/bin/pg_dump | tail -1'], {
      encoding: 'utf8',
    }).trim();
    writeFileSync(join(bin, 'pg_dump'), `#!/bin/sh\necho "$@" "$PGPASSWORD" > ${bin}/seen\nexec ${real} "$@"\n`, {
      mode: 0o755,
    });
    const saved = await backupStore({
      url: withPassword.href,
      target,
      env: { ...env, PATH: `${bin}${delimiter}${env['PATH']}` },
    });
    expect(saved).toEqual({ target, format: 'pg_dump', bytes: statSync(target).size });
    expect(readFileSync(target).subarray(0, 5).toString()).toBe('PGDMP');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(bin, 'seen'), 'utf8').match(/hunter2/g)).toHaveLength(1);
    expect(readFileSync(join(bin, 'seen'), 'utf8')).toMatch(/ hunter2\n$/);
  });

  it('says what to install where there is no pg_dump, and what pg_dump said when it fails', async () => {
    const url = await bench.url();
    const target = join(folder(), 'backup.dump');
    await expect(backupStore({ url, target, env: { PATH: folder() } })).rejects.toMatchObject({
      code: 'RCFED_PG_DUMP_MISSING',
      try: ['apt-get install postgresql-client'],
    });
    const bin = folder();
    writeFileSync(join(bin, 'pg_dump'), '#!/bin/sh\necho "no such database" >&2\nexit 1\n', { mode: 0o755 });
    await expect(backupStore({ url, target, env: { PATH: `${bin}${delimiter}${env['PATH']}` } })).rejects.toMatchObject(
      {
        code: 'RCFED_BACKUP_FAILED',
        why: 'no such database',
      },
    );
    expect([target, `${target}.part`].filter((file) => existsSync(file))).toEqual([]);
  });
});
