import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { bridgePolicy } from '../../../src/lib/provision/artifacts/kubernetes/network.ts';
import type { SetupFacts } from '../../../src/lib/provision/artifacts/setup-facts.ts';
import { artifactFolder } from '../../support/artifact-folder.ts';
import { exampleFacts } from '../../support/setup-facts.ts';

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [key: string]: unknown;
}

/** Debian's kubernetes-client has it; without, these tests fail, and say so. */
function rendered(folder: string, path: string): KubernetesObject[] {
  const { status, stdout, stderr, error } = spawnSync('kubectl', ['kustomize', join(folder, 'kubernetes', path)], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  expect(status, stderr).toBe(0);
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject);
}

/** Throws what is wrong with an object, by validators made from the API's published schemas. */
async function validateObject(object: KubernetesObject): Promise<void> {
  const module = `kubernetes-models/${object.apiVersion}`;
  const { [object.kind]: Model } = (await import(/* @vite-ignore */ module)) as Record<
    string,
    new (data: object) => { validate(): void }
  >;
  if (Model === undefined) throw new Error(`${object.apiVersion} has no ${object.kind}`);
  new Model(object).validate();
}

describe.each(['base', 'overlays/monolith', 'overlays/microservices'])('kubectl kustomize %s', (path) => {
  it('renders objects that are as the published schemas say', async () => {
    const objects = rendered(await artifactFolder(), path);
    for (const object of objects) await validateObject(object);
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Namespace', 'Deployment', 'Service', 'Secret', 'Ingress', 'NetworkPolicy', 'ConfigMap']),
    );
    expect(objects.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'rcfed')).toEqual([]);
  });

  it('runs one bridge, which ends before another begins, and asks for its health', async () => {
    const bridge = rendered(await artifactFolder(), path).find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'rcfed-bridge',
    );
    const probe = (where: string) => ({ httpGet: { path: `/health/${where}`, port: 'listener' } });
    expect(bridge?.['spec']).toMatchObject({
      replicas: 1,
      strategy: { type: 'Recreate' },
      template: {
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
              livenessProbe: probe('live'),
              readinessProbe: probe('ready'),
            },
          ],
        },
      },
    });
  });

  it('gives the bridge each secret as a file that is there', async () => {
    const objects = rendered(await artifactFolder(), path);
    const data = (kind: string, name: string, key: string): Record<string, string> =>
      objects.find((object) => object.kind === kind && object.metadata.name === name)?.[key] as Record<string, string>;
    const secrets = data('Secret', 'rcfed-secrets', 'stringData');
    const variables = data('ConfigMap', 'rcfed-bridge', 'data');
    const files = Object.entries(variables).filter(([name]) => name.endsWith('_FILE'));
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const [name, file] of files) {
      expect(secrets).toHaveProperty(name.replace(/_FILE$/, ''));
      expect(file).toBe(`/run/secrets/rcfed/${name.replace(/_FILE$/, '')}`);
    }
  });
});

describe('the overlays', () => {
  it('differ in how the bridge reaches the workspace', async () => {
    const folder = await artifactFolder();
    const variables = (path: string, name: string): unknown =>
      rendered(folder, path).find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)?.['data'];
    expect(variables('overlays/monolith', 'rcfed-workspace')).toEqual({
      RCFED_WORKSPACE_URL: 'http://rocketchat-rocketchat.rocketchat.svc',
    });
    expect(variables('overlays/microservices', 'rcfed-workspace')).toBeUndefined();
    expect(variables('overlays/microservices', 'rcfed-bridge')).toMatchObject({
      RCFED_WORKSPACE_URL: 'https://chat.example.org',
    });
  });

  it('would be refused by the schemas with something of the wrong kind', async () => {
    const [deployment] = rendered(await artifactFolder(), 'base').filter(({ kind }) => kind === 'Deployment');
    await expect(validateObject({ ...(deployment as KubernetesObject), spec: { replicas: 'one' } })).rejects.toThrow(
      'replicas',
    );
  });
});

describe('a value that looks like something else', () => {
  it.each(['no', 'on', '1e5', '0123', '12:30:45', 'null'])('arrives as the text %s', async (text) => {
    const facts = exampleFacts();
    const folder = await artifactFolder({
      ...facts,
      variables: { ...facts.variables, RCFED_WORKSPACE_USERNAME: text },
    });
    const [bridge] = rendered(folder, 'base').filter(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'rcfed-bridge',
    );
    expect(bridge?.['data']).toMatchObject({ RCFED_WORKSPACE_USERNAME: text });
  });
});

it('lets the workspace reach the bridge only where it tells of direct messages', () => {
  const calling = (variables: SetupFacts['variables']) =>
    JSON.stringify(bridgePolicy(exampleFacts({ variables }))).includes('"rocketchat"');
  expect(calling({})).toBe(false);
  expect(calling({ RCFED_DIRECT_WEBHOOK: 'http://rcfed-bridge.rcfed.svc:29400' })).toBe(true);
});
