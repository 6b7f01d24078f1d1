import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Reach } from '../../../src/lib/admin/reach.ts';
import { foldersFrom } from '../../../src/lib/config/folders.ts';
import { loadKeyText } from '../../../src/lib/config/key-file.ts';
import type { ProfileSource } from '../../../src/lib/config/profiles.ts';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { directFetch } from '../../../src/lib/network/direct-fetch.ts';
import { applyProvision, provisioning } from '../../../src/lib/provision/apply.ts';
import { knownProfile } from '../../../src/lib/provision/known-profile.ts';
import { planProvision, type ProvisionPlan } from '../../../src/lib/provision/plan.ts';
import { asWorkspaceAdmin } from '../../../src/lib/provision/workspace-admin.ts';
import { type ProvisionScene, provisionScene, stateOf } from '../../support/provision-scene.ts';

/** A power cut: from then on nothing is sent, and nothing that comes back is heard. */
class Cut extends Error {}

interface Power {
  fetch: typeof globalThis.fetch;
  readonly requests: () => number;
}

/** Goes off at the request of that number that changes something: before it acts, or before its answer arrives. */
function powerFor(requests: number, acts: boolean): Power {
  let sent = 0;
  return {
    requests: () => sent,
    async fetch(input, init) {
      if (sent >= requests) throw new Cut('cut');
      if ((init?.method ?? 'GET') === 'GET') return await directFetch(input, init);
      sent += 1;
      if (sent === requests && !acts) throw new Cut('cut');
      const answer = await directFetch(input, init);
      if (sent < requests) return answer;
      await answer.arrayBuffer();
      throw new Cut('cut');
    },
  };
}

async function sourceOf({ folder }: ProvisionScene): Promise<ProfileSource> {
  return { env: {}, folders: foldersFrom({ HOME: folder }), clock: systemClock, redactor: { know() {} } };
}

async function reachBy(fetch: Power['fetch'], source: ProfileSource): Promise<Reach> {
  return {
    clock: systemClock,
    log: () => {},
    network: { fetch, webSocketAgent: () => undefined, close: async () => {} },
    key: await loadKeyText(source),
    redactor: source.redactor,
    platform: 'linux',
    timeoutMs: 30_000,
    signal: new AbortController().signal,
  };
}

/** Another run of the program, which knows no more than what is on the disk and on the servers. */
async function run(
  scene: ProvisionScene,
  fetch: Power['fetch'],
  apply: (
    plan: ProvisionPlan,
    ...rest: Parameters<typeof provisioning> extends [unknown, ...infer R] ? R : never
  ) => Promise<unknown> = applyProvision,
): Promise<ProvisionPlan> {
  const { workspace, homeserver, folder } = scene;
  const source = await sourceOf(scene);
  const reach = await reachBy(fetch, source);
  const account = { username: workspace.admin.username, password: new Secret(workspace.admin.password) };
  const admin = () => asWorkspaceAdmin(workspace.url, account, reach, () => Promise.resolve(undefined));
  const request = {
    profile: 'default',
    workspaceUrl: workspace.url,
    homeserverUrl: homeserver.url,
    serverName: homeserver.serverName as ServerName,
    homeserverAdminToken: new Secret(homeserver.adminToken),
    folder,
    directWebhook: 'http://127.0.0.1:29400',
    replace: false,
    loosen: true,
    readReceipts: true,
  };
  const plan = await planProvision(request, await knownProfile(source, 'default'), reach, admin);
  await apply(plan, source, reach, admin);
  return plan;
}

async function spoiltScene(): Promise<ProvisionScene> {
  const scene = await provisionScene({ settings: { Site_Url: 'http://chat.test', uniqueID: 'the-same-each-time' } });
  scene.workspace.state.permissions.set('message-impersonate', ['app']);
  return scene;
}

/** What everybody sees in the end; names and values, without what is random. */
const endOf = (scene: ProvisionScene) => stateOf(scene.workspace);

async function finish(scene: ProvisionScene, expected: ReturnType<typeof endOf>, before: ReturnType<typeof endOf>) {
  await run(scene, directFetch);
  expect(endOf(scene)).toEqual(expected);
  expect((await run(scene, directFetch)).steps.filter(({ needed }) => needed)).toEqual([]);
  const registration = await readFile(join(scene.folder, 'registration.yaml'), 'utf8');
  expect(registration).toContain('sender_localpart: rcfed');
  const back = await scene.rollback(['--all', '--json']);
  expect(back.exitCode, back.stdout).toBe(0);
  expect(endOf(scene)).toEqual(before);
  expect((await scene.rollback(['--all', '--json'])).json()).toMatchObject({ data: { changed: false } });
}

describe('provisioning that is cut short', () => {
  it('comes to the same end after each single step, says already so then, and can be rolled back', async () => {
    const whole = await spoiltScene();
    const before = endOf(whole);
    const { length } = (await run(whole, directFetch)).steps;
    const expected = endOf(whole);
    expect(length).toBeGreaterThanOrEqual(6);
    for (let after = 0; after < length; after += 1) {
      const scene = await spoiltScene();
      const cut = run(scene, directFetch, async (plan, source, reach, admin) => {
        const { steps } = provisioning(plan, source, reach, admin);
        for (const step of steps.slice(0, after)) await step.run(() => {});
        throw new Cut(`after ${after} steps`);
      });
      await expect(cut).rejects.toThrow(Cut);
      await finish(scene, expected, before);
    }
  });

  it.each([
    ['before any change', false],
    ['between any change and its answer', true],
  ])('comes to the same end when the power goes %s', async (_, acts) => {
    const whole = await spoiltScene();
    const before = endOf(whole);
    const power = powerFor(Number.POSITIVE_INFINITY, acts);
    await run(whole, power.fetch);
    const expected = endOf(whole);
    expect(power.requests()).toBeGreaterThan(6);
    for (let after = 1; after <= power.requests(); after += 1) {
      const scene = await spoiltScene();
      await expect(run(scene, powerFor(after, acts).fetch)).rejects.toThrow();
      await finish(scene, expected, before);
    }
  });
});
