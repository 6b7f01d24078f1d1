import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseRegistration } from '../../../src/lib/matrix/registration.ts';
import type { SetupFacts } from '../../../src/lib/provision/artifacts/setup-facts.ts';
import { exampleFacts } from '../../support/setup-facts.ts';
import { textOf, written, yamlOf } from '../../support/written-artifacts.ts';

describe('a new homeserver on Debian', () => {
  const settings = async (facts?: SetupFacts) => yamlOf(await written(facts), 'synapse/debian/rcfed-homeserver.yaml');
  const readme = async () => textOf(await written(), 'synapse/debian/README.txt');

  it('is on PostgreSQL, closed, behind the proxy alone, and reads the registration', async () => {
    expect(await settings()).toMatchObject({
      server_name: 'example.org',
      public_baseurl: 'https://matrix.example.org',
      enable_registration: false,
      allow_guest_access: false,
      database: { name: 'psycopg2', args: { dbname: 'synapse' } },
      media_store_path: '/var/lib/matrix-synapse/media',
      app_service_config_files: ['/etc/matrix-synapse/registration.yaml'],
      listeners: [{ tls: false, x_forwarded: true, bind_addresses: ['127.0.0.1', '::1'] }],
    });
    expect(await settings(exampleFacts({ publishRooms: true }))).toHaveProperty('room_list_publication_rules');
  });

  it('comes with commands that use the names and paths of that file', async () => {
    const text = await readme();
    const { database, macaroon_secret_key_path: macaroon } = (await settings()) as {
      database: { args: { user: string; dbname: string } };
      macaroon_secret_key_path: string;
    };
    expect(text).toContain(`createuser ${database.args.user}'`);
    expect(text).toContain(`--locale=C --template=template0 --owner=${database.args.user} ${database.args.dbname}'`);
    expect(text).toContain(`openssl rand -hex 32 > ${macaroon}`);
    expect(text).toContain('matrix-synapse/server-name string example.org');
    const named = [...text.matchAll(/install .* (\S+\.yaml) /g)].map(([, path]) => path);
    expect(named).toEqual(['registration.yaml', 'synapse/debian/rcfed-homeserver.yaml']);
  });
});

describe('a new homeserver by Helm', () => {
  interface Values {
    readonly serverName: string;
    readonly synapse: {
      readonly ingress: { readonly host: string };
      readonly media: { readonly maxUploadSize: string };
      readonly appservices: readonly { readonly secret: string; readonly secretKey: string }[];
      readonly additional: Readonly<Record<string, { readonly config: string }>>;
    };
    readonly [part: string]: unknown;
  }
  const values = async (facts?: SetupFacts) => yamlOf<Values>(await written(facts), 'synapse/helm/values.yaml');

  it('says for which version of the chart it is, and has everything off that would need a name of its own', async () => {
    expect(textOf(await written(), 'synapse/helm/values.yaml')).toMatch(/matrix-stack --version \d+\.\d+\.\d+ /);
    const { serverName, synapse, ...parts } = await values();
    expect({ serverName, host: synapse.ingress.host }).toEqual({
      serverName: 'example.org',
      host: 'matrix.example.org',
    });
    expect(synapse.media.maxUploadSize).toMatch(/^[0-9]+[MK]$/);
    expect(parts).toMatchObject({
      postgres: { enabled: true },
      matrixAuthenticationService: { enabled: false },
      matrixRTC: { enabled: false },
      elementWeb: { enabled: false },
      elementAdmin: { enabled: false },
    });
  });

  it('keeps registration closed, in configuration that is text as the chart wants it', async () => {
    const config = async (facts?: SetupFacts): Promise<unknown> =>
      parse((await values(facts)).synapse.additional['rcfed.yaml']?.config ?? '');
    expect(await config()).toEqual({ enable_registration: false, allow_guest_access: false });
    expect(await config(exampleFacts({ publishRooms: true }))).toHaveProperty('room_list_publication_rules');
  });

  it('mounts the registration from a Secret that is written beside it', async () => {
    const files = await written();
    const secret = yamlOf<{ kind: string; metadata: { name: string }; stringData: Record<string, string> }>(
      files,
      'synapse/helm/registration-secret.yaml',
    );
    const [mounted, ...others] = (await values()).synapse.appservices;
    expect(others).toEqual([]);
    expect({ kind: secret.kind, name: secret.metadata.name }).toEqual({ kind: 'Secret', name: mounted?.secret });
    expect(await parseRegistration(secret.stringData[mounted?.secretKey ?? ''] ?? '')).toMatchObject({
      url: 'http://rcfed-bridge.rcfed.svc:29400',
    });
  });
});
