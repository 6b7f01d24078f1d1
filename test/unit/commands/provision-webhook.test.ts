import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ProvisionScene, provisionScene, stateOf } from '../../support/provision-scene.ts';
import type { CommandRun } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

const BRIDGE = ['--direct-webhook', 'http://bridge.test:29400/'];
const URL_OF_HINTS = 'http://bridge.test:29400/_rcfed/workspace/direct';

interface Told {
  readonly data: { readonly steps: readonly { id: string; title: string; needed: boolean; why?: string }[] };
}

/** Undefined: it is not even planned. */
const step = (run: CommandRun): Told['data']['steps'][number] | undefined => {
  expectSchema(run.json());
  return run.json<Told>().data.steps.find(({ id }) => id === 'webhook');
};

const webhooks = ({ workspace }: ProvisionScene) => [...workspace.state.webhooks.values()];
const urls = (scene: ProvisionScene): string[] => webhooks(scene).flatMap((webhook) => webhook.urls);

describe('federation provision --direct-webhook', () => {
  it('says what it costs, makes it with an encrypted token, and finds it so the second time', async () => {
    const scene = await provisionScene();
    const plan = await scene.provision([...BRIDGE, '--dry-run', '--json']);
    expect(step(plan)).toMatchObject({
      title: `Outgoing webhook of all direct messages to ${URL_OF_HINTS}`,
      needed: true,
      why: expect.stringContaining('the text of every direct message'),
    });
    expect(plan.stderr).toContain('the text of every direct message');
    expect(webhooks(scene)).toEqual([]);

    const run = await scene.provision([...BRIDGE, '--json']);
    expect(run.exitCode, run.stdout).toBe(0);
    const [webhook] = webhooks(scene);
    expect(webhooks(scene)).toMatchObject([
      {
        channel: ['all_direct_messages'],
        event: 'sendMessage',
        enabled: true,
        username: 'rcfed',
        urls: [URL_OF_HINTS],
      },
    ]);
    const token = webhook?.token ?? '';
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    const journal = await readFile(join(scene.folder, '.local/share/rcfed/default/journal.json'), 'utf8');
    const profiles = await readFile(join(scene.folder, '.config/rcfed/profiles.json'), 'utf8');
    for (const text of [run.stdout, run.stderr, journal, profiles]) expect(text).not.toContain(token);

    const again = await scene.provision(['--json']);
    expect(again.json()).toMatchObject({ data: { changed: false } });
    expect(step(again)).toMatchObject({ needed: false });
    expect(webhooks(scene)).toEqual([webhook]);
  });

  it('plans none that nobody asked for', async () => {
    const scene = await provisionScene();
    expect(step(await scene.provision(['--json']))).toBeUndefined();
    expect(webhooks(scene)).toEqual([]);
  });

  it('makes one anew that was switched off, and moves one whose bridge has moved', async () => {
    const scene = await provisionScene();
    await scene.provision([...BRIDGE]);
    for (const webhook of webhooks(scene)) webhook.enabled = false;
    const drift = await scene.provision(['--check', '--json']);
    expect(drift.exitCode).toBe(1);
    expect(step(drift)).toMatchObject({ needed: true });
    await scene.provision();
    expect(webhooks(scene)).toMatchObject([{ enabled: true, urls: [URL_OF_HINTS] }]);
    await scene.provision(['--direct-webhook', 'https://other.test']);
    expect(urls(scene)).toEqual(['https://other.test/_rcfed/workspace/direct']);
  });

  it('is undone by a rollback, which leaves those of other people', async () => {
    const scene = await provisionScene();
    const before = stateOf(scene.workspace);
    await scene.provision([...BRIDGE]);
    const [made] = webhooks(scene);
    if (made === undefined) throw new Error('none was made');
    scene.workspace.state.webhooks.set('theirs', { ...made, _id: 'theirs', name: 'archive' });
    const list = await scene.rollback(['--json']);
    expect(list.stdout).toContain(`Outgoing webhook to ${URL_OF_HINTS} made`);
    expect((await scene.rollback(['--all', '--json'])).exitCode).toBe(0);
    expect(webhooks(scene)).toMatchObject([{ _id: 'theirs' }]);
    scene.workspace.state.webhooks.clear();
    expect(stateOf(scene.workspace)).toEqual(before);
  });
});
