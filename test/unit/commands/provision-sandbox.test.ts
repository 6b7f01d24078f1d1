import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SandboxView } from '../../../src/sandbox/up.ts';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import { freePort } from '../../support/free-port.ts';
import { runCommand } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Runs the two servers of `sandbox up --no-bridge` meanwhile. */
async function withServers(use: (view: SandboxView) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  let using: Promise<void> | undefined;
  await runCommand(['sandbox', 'up', '--no-bridge', '--json'], {
    signal: ending.signal,
    onStdout(text) {
      using = use(JSON.parse(text) as SandboxView).finally(() =>
        ending.abort(new RcfedError('RCFED_TERMINATED', 'Ended by the system')),
      );
    },
  });
  await using;
}

it('sets a bridge up beside the servers of the sandbox without a question, until rooms can be linked', async () => {
  const folder = await temporaryFolder();
  await withServers(async ({ workspace, homeserver }) => {
    const env = {
      HOME: folder,
      RCFED_WORKSPACE_ADMIN_PASSWORD: workspace.admin.password,
      RCFED_HOMESERVER_ADMIN_TOKEN: homeserver.adminToken,
    };
    const listen = `127.0.0.1:${await freePort()}`;
    const at = `--workspace-url ${workspace.url} --homeserver-url ${homeserver.url} --server-name ${homeserver.serverName}`;
    const flags = `${at} --workspace-admin ${workspace.admin.username} --out ${folder} --files none --listen ${listen}`;
    const provision = (...more: string[]) =>
      runCommand(['federation', 'provision', '--json', ...flags.split(' '), ...more], { env });

    const plan = await provision('--dry-run');
    expectSchema(plan.json());
    expect(plan.json()).toMatchObject({
      data: {
        changed: false,
        dryRun: true,
        steps: [
          { id: 'workspace-bot', needed: true },
          { id: 'profile', needed: true },
          { id: 'setting:FileUpload_MaxFileSize', title: 'FileUpload_MaxFileSize 104857600 → 52428800', needed: true },
          { id: 'registration', needed: true },
        ],
      },
    });
    expect((await provision()).exitCode).toBe(0);
    const registration = await readFile(join(folder, 'registration.yaml'), 'utf8');
    await fetch(`${homeserver.url}/_sandbox/registrations`, { method: 'POST', body: registration });
    const waited = await provision('--wait', '20s');
    expect(waited.json()).toMatchObject({ ok: true, data: { changed: false, homeserverKnows: true } });
    const linked = await runCommand(['rooms', 'link', 'general', '--new', '--json'], { env: { HOME: folder } });
    expect(linked.json()).toMatchObject({ ok: true, data: { changed: true } });
  });
});
