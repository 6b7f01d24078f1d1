import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { artifactFolder } from '../../support/artifact-folder.ts';

const systemdAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.runIf(systemdAnalyze)('systemd-analyze verify', () => {
  it('finds nothing wrong with the unit', async () => {
    const folder = await artifactFolder();
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', join(folder, 'systemd/rcfed.service')], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('rcfed.service'))).toEqual([]);
  });
});
