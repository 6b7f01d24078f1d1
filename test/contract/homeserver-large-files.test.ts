import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '../../src/sandbox/temporary-folder.ts';
import { generatedFile, hashOf } from '../support/generated-file.ts';
import { type Lab, openLab, unique } from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';

const MB = 1_000_000;
const SIZE = 100 * MB;

describe.each(homeservers)('a file of 100 MB on the $name homeserver', (kind) => {
  let lab: Lab;
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = await temporaryFolder('rcfed-test-');
  });
  afterAll(async () => {
    await lab?.stop();
    await folder.remove();
  });

  test('goes up, on to another address and down as it is, and is never in memory as a whole', async () => {
    lab = await openLab(kind, { maxUploadBytes: SIZE });
    const { homeserver } = lab;
    const { userId, accessToken } = await homeserver.registerUser(`person-${unique()}`);
    const { url, serverName } = homeserver;
    const wanted = { url, serverName, userId, token: accessToken, size: SIZE, spoolFolder: folder.path };
    const script = fileURLToPath(new URL('../support/large-transfer-process.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, JSON.stringify(wanted)]);
    const moved = JSON.parse(stdout) as { up: string; down: string; grownBy: number };
    expect(moved.up).toBe(await hashOf(generatedFile(SIZE)));
    expect(moved.down).toBe(moved.up);
    expect(moved.grownBy).toBeLessThan(20 * MB);
  }, 120_000);
});
