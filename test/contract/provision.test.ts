import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ServerName } from '../../src/lib/core/ids.ts';
import { makeRegistration, parseRegistration } from '../../src/lib/matrix/registration.ts';
import { freePort } from '../support/free-port.ts';
import { homeservers } from '../support/homeservers.ts';
import { provisionScene } from '../support/provision-scene.ts';

interface Told {
  readonly data: {
    readonly homeserver: { readonly speaks: string; readonly uploadLimit: number };
    readonly found: readonly string[];
    readonly pingMs: number;
    readonly steps: readonly { readonly id: string }[];
  };
}

describe.each(homeservers)('what provisioning learns of a homeserver, on $name', (kind) => {
  test('its limit with the token of an administrator, and by a ping that it has loaded the registration', async () => {
    const scene = await provisionScene({}, kind);
    const listen = `127.0.0.1:${await freePort()}`;
    const first = await scene.provision(['--listen', listen, '--json']);
    expect(first.exitCode, first.stdout).toBe(0);
    const { homeserver, steps } = first.json<Told>().data;
    expect(homeserver.speaks).toMatch(/^v1\.\d+$/);
    expect(homeserver.uploadLimit).toBe(52_428_800);
    expect(steps.map(({ id }) => id)).toContain('setting:FileUpload_MaxFileSize');

    const registration = await parseRegistration(await readFile(join(scene.folder, 'registration.yaml'), 'utf8'));
    scene.homeserver.addRegistration(registration);
    await scene.homeserver.restart('graceful');
    const second = await scene.provision(['--wait', '20s', '--json']);
    expect(second.exitCode, second.stdout).toBe(0);
    expect(second.json<Told>().data.pingMs).toBeGreaterThanOrEqual(0);
    expect((await scene.provision(['--check'])).exitCode).toBe(0);
  });

  test('that another application service has taken every name', async () => {
    const scene = await provisionScene({}, kind);
    const serverName = scene.homeserver.serverName as ServerName;
    scene.homeserver.addRegistration(
      makeRegistration({ id: 'old', url: null, prefix: '', senderLocalpart: 'rocket.cat', serverName }),
    );
    await scene.homeserver.restart('graceful');
    const run = await scene.provision(['--dry-run', '--json']);
    expect(run.json<Told>().data.found.join('\n')).toContain('has taken every name');
  });
});
