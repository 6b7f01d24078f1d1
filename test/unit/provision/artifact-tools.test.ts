import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Artifact } from '../../../src/lib/provision/artifacts/artifact.ts';
import { FILE_KINDS } from '../../../src/lib/provision/artifacts/file-kinds.ts';
import { artifactsOf } from '../../../src/lib/provision/artifacts/kinds.ts';
import type { SetupFacts } from '../../../src/lib/provision/artifacts/setup-facts.ts';
import { makeCa, type ThrowAwayCa } from '../../support/certificates.ts';
import { exampleFacts } from '../../support/setup-facts.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** The files in a folder of their own, as a person would have them. */
async function inFolder(
  facts: SetupFacts = exampleFacts(),
  change = (file: Artifact): string => file.text,
): Promise<string> {
  const folder = await temporaryFolder();
  for (const file of await artifactsOf(facts, FILE_KINDS)) {
    const path = join(folder, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, change(file));
  }
  return folder;
}

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [key: string]: unknown;
}

/** Debian's kubernetes-client has it; without, these tests fail, and say so. */
const rendered = (folder: string, path: string): KubernetesObject[] =>
  parseAllDocuments(execFileSync('kubectl', ['kustomize', join(folder, 'kubernetes', path)], { encoding: 'utf8' })).map(
    (document) => document.toJS() as KubernetesObject,
  );

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
    const objects = rendered(await inFolder(), path);
    for (const object of objects) await validateObject(object);
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Namespace', 'Deployment', 'Service', 'Secret', 'Ingress', 'NetworkPolicy', 'ConfigMap']),
    );
    expect(objects.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'rcfed')).toEqual([]);
  });

  it('runs one bridge, which ends before another begins, and asks for its health', async () => {
    const bridge = rendered(await inFolder(), path).find(
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
    const objects = rendered(await inFolder(), path);
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
    const folder = await inFolder();
    const url = (path: string): unknown =>
      rendered(folder, path).find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'rcfed-bridge')?.[
        'data'
      ];
    expect(url('overlays/monolith')).toMatchObject({
      RCFED_WORKSPACE_URL: 'http://rocketchat-rocketchat.rocketchat.svc',
    });
    expect(url('overlays/microservices')).toMatchObject({ RCFED_WORKSPACE_URL: 'https://chat.example.org' });
  });

  it('are refused by the schemas where something is of the wrong kind', async () => {
    const [deployment] = rendered(await inFolder(), 'base').filter(({ kind }) => kind === 'Deployment');
    await expect(validateObject({ ...(deployment as KubernetesObject), spec: { replicas: 'one' } })).rejects.toThrow(
      'replicas',
    );
  });
});

describe('nginx -t', () => {
  let ca: ThrowAwayCa;
  beforeAll(() => {
    ca = makeCa();
  });
  afterAll(() => ca.remove());

  /** Debian keeps nginx out of the PATH of ordinary users. */
  const checked = (folder: string, included: string): { status: number | null; stderr: string } => {
    writeFileSync(join(folder, 'cert.pem'), ca.server.cert);
    writeFileSync(join(folder, 'key.pem'), ca.server.key);
    const configuration = `pid ${folder}/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${included}\n}\n`;
    writeFileSync(join(folder, 'nginx.conf'), configuration);
    const { status, stderr, error } = spawnSync('nginx', ['-t', '-p', folder, '-c', join(folder, 'nginx.conf')], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
    });
    if (error !== undefined) throw error;
    return { status, stderr };
  };
  const throwAwayCertificate = ({ text }: Artifact): string =>
    text
      .replaceAll(/\/etc\/letsencrypt\/live\/[^/]+\/fullchain/g, 'cert')
      .replaceAll(/\/etc\/letsencrypt\/live\/[^/]+\/privkey/g, 'key');

  it.each(['matrix.example.org', 'example.org'])('takes the snippets where the federation host is %s', async (host) => {
    const folder = await inFolder(exampleFacts({ federationHost: host }), throwAwayCertificate);
    const ownHost = host === 'example.org';
    const wellKnown = ownHost
      ? ''
      : `server { listen 127.0.0.1:8081; server_name example.org; include nginx/matrix-well-known.conf; }`;
    const { status, stderr } = checked(folder, `include nginx/matrix.conf;\n${wellKnown}`);
    expect(status, stderr).toBe(0);
  });
});

const systemdAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.runIf(systemdAnalyze)('systemd-analyze verify', () => {
  it('finds nothing wrong with the unit', async () => {
    const folder = await inFolder();
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', join(folder, 'systemd/rcfed.service')], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('rcfed.service'))).toEqual([]);
  });
});
