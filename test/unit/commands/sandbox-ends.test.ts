import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SandboxView } from '../../../src/sandbox/up.ts';
import { startBridgeLab } from '../../support/bridge-lab.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { repositoryRoot } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const endedAfterTest = (pid: number): number => {
  onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')));
  return pid;
};

/** `sandbox up` in a process of its own, whose temporary files are in `folder`. */
async function spawnedUp(folder: string): Promise<{ child: ChildProcess; bridge: number }> {
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin/dev.js'), 'sandbox', 'up', '--json'], {
    env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const bridge = (JSON.parse(line) as SandboxView).bridge?.pid ?? 0;
  endedAfterTest(bridge);
  expect(isAlive(bridge)).toBe(true);
  expect(await leftIn(folder)).toHaveLength(1);
  return { child, bridge };
}

const leftIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('rcfed-'));

describe('a sandbox that is ended roughly', () => {
  test('leaves no bridge behind when it is killed', { timeout: 60_000 }, async () => {
    const { child, bridge } = await spawnedUp(await temporaryFolder());
    child.kill('SIGKILL');
    await once(child, 'exit');
    await eventually(() => expect(isAlive(bridge)).toBe(false));
  });

  // A bridge that writes ends by its broken pipe: these two have nothing but the channel.
  test('ends a bridge that never writes a word', { timeout: 60_000 }, async () => {
    const script = fileURLToPath(new URL('../../support/bridge-parent.ts', import.meta.url));
    const child = spawn(process.execPath, [script, String(await freePort())], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const bridge = endedAfterTest(Number(line));
    expect(isAlive(bridge)).toBe(true);
    child.kill('SIGKILL');
    await eventually(() => expect(isAlive(bridge)).toBe(false));
  });

  test('tells the bridge so by the end of its channel alone', { timeout: 60_000 }, async () => {
    const lab = await startBridgeLab();
    onTestFinished(() => lab.stop());
    const bridge = fork(join(repositoryRoot, 'bin/dev.js'), ['federation', 'run', '--json'], {
      env: { ...lab.env, PATH: process.env['PATH'] },
      execArgv: [],
      silent: true,
    });
    onTestFinished(() => void bridge.kill('SIGKILL'));
    const stderr = createInterface(bridge.stderr as Readable);
    const lines = createInterface(bridge.stdout as Readable);
    await Promise.race([once(lines, 'line'), once(stderr, 'line')]);
    bridge.disconnect();
    expect(await once(bridge, 'exit')).toEqual([143, null]);
  });

  test('leaves neither bridge nor folder behind at a second Ctrl-C', { timeout: 60_000 }, async () => {
    const folder = await temporaryFolder();
    const { child, bridge } = await spawnedUp(folder);
    const exited = once(child, 'exit') as Promise<[number | null]>;
    // The first Ctrl-C waits for the bridge, and this one does not answer.
    process.kill(bridge, 'SIGSTOP');
    await eventually(() => {
      child.kill('SIGINT');
      expect(child.exitCode).not.toBeNull();
    });
    expect((await exited)[0]).toBe(130);
    expect(await leftIn(folder)).toEqual([]);
    await eventually(() => expect(isAlive(bridge)).toBe(false));
  });
});
