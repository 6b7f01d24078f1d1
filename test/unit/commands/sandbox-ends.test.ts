import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import { createNetwork } from '../../../src/lib/network/network.ts';
import { setUpBridge } from '../../../src/sandbox/bridge-setup.ts';
import { startServers } from '../../../src/sandbox/servers.ts';
import type { SandboxView } from '../../../src/sandbox/up.ts';
import { eventually } from '../../support/eventually.ts';
import { repositoryRoot } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
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
  onTestFinished(() => {
    if (isAlive(bridge)) process.kill(bridge, 'SIGKILL');
  });
  expect(isAlive(bridge)).toBe(true);
  expect(await leftIn(folder)).toHaveLength(1);
  return { child, bridge };
}

/** A process that runs nothing but a bridge: the servers are in this one, so the bridge has no other reason to end. */
async function spawnedParent(): Promise<{ child: ChildProcess; bridge: number }> {
  const servers = await startServers({ serverName: 'sandbox.test' });
  onTestFinished(() => servers.stop());
  const network = await createNetwork({ env: {} });
  onTestFinished(() => network.close());
  const { signal } = new AbortController();
  const setup = await setUpBridge(servers, { clock: systemClock, log: () => {}, network, signal });
  onTestFinished(() => setup.remove());
  const { environment, profileName, profile } = setup;
  const told = JSON.stringify({ environment, profileName, profile: { listen: profile.listen } });
  const child = spawn(process.execPath, [join(repositoryRoot, 'test/support/bridge-parent.ts'), told], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const bridge = Number(line);
  onTestFinished(() => {
    if (isAlive(bridge)) process.kill(bridge, 'SIGKILL');
  });
  expect(isAlive(bridge)).toBe(true);
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

  test('ends with who started it, also where both servers stay', { timeout: 60_000 }, async () => {
    const { child, bridge } = await spawnedParent();
    child.kill('SIGKILL');
    await eventually(() => expect(isAlive(bridge)).toBe(false), 10_000);
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
