import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { generatedFile, hashOf } from '../support/generated-file.ts';
import { type Lab, openLab, unique } from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';

const MB = 1_000_000;
const SIZE = 100 * MB;

describe.each(homeservers)('a file of 100 MB on the $name homeserver', (kind) => {
  let lab: Lab;
  afterAll(() => lab?.stop());

  test('goes up and down as it is, and is never in memory as a whole', async () => {
    lab = await openLab(kind, { maxUploadBytes: SIZE });
    const { homeserver } = lab;
    const { userId, accessToken } = await homeserver.registerUser(`person-${unique()}`);
    const wanted = { url: homeserver.url, serverName: homeserver.serverName, userId, token: accessToken, size: SIZE };
    const script = join(import.meta.dirname, '../support/large-transfer-process.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, JSON.stringify(wanted)]);
    const moved = JSON.parse(stdout) as { up: string; down: string; grownBy: number };
    expect(moved.up).toBe(await hashOf(generatedFile(SIZE)));
    expect(moved.down).toBe(moved.up);
    expect(moved.grownBy).toBeLessThan(20 * MB);
  }, 120_000);
});
