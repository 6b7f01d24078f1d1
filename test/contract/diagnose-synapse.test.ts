import { connect, type Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixRoomAlias, MatrixRoomId, MatrixUserId, ServerName } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { bridgeChecks } from '../../src/lib/diagnose/checks/bridge.ts';
import { discoveryChecks } from '../../src/lib/diagnose/checks/discovery.ts';
import { federationChecks } from '../../src/lib/diagnose/checks/federation.ts';
import { keyChecks } from '../../src/lib/diagnose/checks/keys.ts';
import { partnerChecks } from '../../src/lib/diagnose/checks/partner.ts';
import { transportChecks } from '../../src/lib/diagnose/checks/transport.ts';
import type { DiagnoseParts } from '../../src/lib/diagnose/context.ts';
import { connections } from '../../src/lib/diagnose/probe/connection.ts';
import { NameError } from '../../src/lib/diagnose/probe/probe.ts';
import type { SeenKeys } from '../../src/lib/diagnose/seen-keys.ts';
import type { Setup } from '../../src/lib/diagnose/setup.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { makeCa, type ServerCertificate, type ThrowAwayCa } from '../../src/sandbox/synapse/authority.ts';
import { type FederatedSynapse, startFederatedSynapses } from '../../src/sandbox/synapse/federated.ts';
import { bridgeSetup } from '../support/fake-bridge.ts';
import { findingsOf } from '../support/diagnose-parts.ts';
import { freePort } from '../support/free-port.ts';
import { nginxVersion, startNginx } from '../support/nginx.ts';
import { findSynapse, howToGetSynapse } from '../support/synapse-source.ts';

const OWN = 'aaa.test' as ServerName;
const OTHER = 'bbb.test' as ServerName;
/** Where the names lead as far as the checks know; {@link Doors} says where that is on this machine. */
const OWN_ADDRESS = '9.9.9.1';
const OTHER_ADDRESS = '9.9.9.2';
/** Where nobody listens: every closed door. */
const NOBODY = { host: '127.0.0.1', port: 1 };
type Doors = Readonly<Record<string, readonly [host: string, port: number]>>;

const source = await findSynapse();
const isLoud = process.env['CI'] === 'true';
if (source === undefined && !isLoud)
  process.stderr.write(`\n*** NOT TESTED with real homeservers: there is no Synapse. ${howToGetSynapse} ***\n\n`);
const hasNginx = nginxVersion() !== undefined;

const checks = [
  // What the rooms look like on Matrix, which the checks of the other server need.
  ...bridgeChecks.filter(({ id }) => id === 'G9'),
  ...discoveryChecks,
  ...transportChecks,
  ...keyChecks,
  ...federationChecks,
  ...partnerChecks,
];

describe.runIf(source !== undefined || isLoud)('two Synapses that federate over TLS', () => {
  let one: FederatedSynapse;
  let two: FederatedSynapse;
  let own: MatrixApi;
  let room: MatrixRoomId;

  beforeAll(async () => {
    if (source === undefined) throw new Error(`There is no Synapse. ${howToGetSynapse}`);
    const [first, second] = await startFederatedSynapses({ source, names: [OWN, OTHER] });
    if (first === undefined || second === undefined) throw new Error('two names are two servers');
    [one, two] = [first, second];
    own = await personOn(one, 'hanna');
    const otto = await personOn(two, 'otto');
    room = await own.createRoom({ aliasLocalpart: 'hello', preset: 'public_chat', visibility: 'public' });
    await otto.join(`#hello:${OWN}` as MatrixRoomAlias);
  });
  afterAll(async () => {
    await one?.stop();
    await two?.stop();
  });

  /** As if hanna were the bot of a bridge with one room. */
  const setup = (): Setup => ({
    ...bridgeSetup({
      profile: { homeserver: { url: one.url, serverName: OWN, adminToken: new Secret(one.adminToken) } },
      service: {
        rooms: () =>
          Promise.resolve([{ room: 'hello', matrixRoomId: room, state: 'active', type: 'channel' } as never]),
      },
    }),
    homeserver: () => Promise.resolve(own),
  });

  interface Looking {
    readonly doors: Doors;
    readonly ca: readonly string[];
    readonly more?: Partial<DiagnoseParts>;
  }

  async function look({ doors, ca, more = {} }: Looking) {
    const dial = (address: string, port: number): Socket => {
      const [host, at] = doors[`${address}:${port}`] ?? [address, port];
      return connect(host.startsWith('9.9.9.') ? NOBODY : { host, port: at });
    };
    const found = await findingsOf(checks, {
      own: OWN,
      setup: setup(),
      options: { deep: true, external: false, updates: false, allowPrivate: false },
      probe: {
        addresses: (host) => {
          const address = { [OWN]: OWN_ADDRESS, [OTHER]: OTHER_ADDRESS }[host];
          if (address === undefined) return Promise.reject(new NameError('unknown', `${host} is not in the DNS`));
          return Promise.resolve([{ address, family: 4 }]);
        },
        services: () => Promise.resolve([]),
        aliasOf: () => Promise.resolve(undefined),
        ...connections({ clock: systemClock, ca, dial }),
      },
      ...more,
    });
    const wrong = found.filter(({ status }) => !['pass', 'skip'].includes(status));
    return {
      found,
      statuses: Object.fromEntries(wrong.map(({ id, status }) => [id, status])),
      details: wrong.map(({ id, detail }) => `${id} ${detail}`).join('\n'),
      skipped: found.filter(({ status }) => status === 'skip').map(({ id, detail }) => `${id} ${detail}`),
    };
  }

  it('pass all checks of discovery, transport, keys, federation and the other server', async () => {
    const seen = rememberedKeys();
    const looking: Looking = {
      doors: {
        [`${OWN_ADDRESS}:443`]: [one.address, one.port],
        [`${OTHER_ADDRESS}:443`]: [two.address, two.port],
      },
      ca: [one.ca],
      more: { partner: OTHER, seen },
    };
    await look(looking);
    const { found, details, skipped } = await look(looking);
    expect(details).toBe('');
    expect(new Set(skipped.map((line) => line.split(' ')[0]))).toEqual(
      // There is no redirect, second address, port 8448, SRV record, IPv6 or old key, and no third party is asked.
      new Set(['D6', 'D7', 'D10', 'D11', 'D12', 'D13', 'K6', 'K7', 'K9', 'X3']),
    );
    for (const name of [OWN, OTHER])
      expect(found.find(({ id, subject }) => id === 'F1' && subject === name)?.detail).toMatch(/^Synapse \d/);
    expect(found.find(({ id }) => id === 'X2')?.detail).toBe('it reaches bbb.test');
  });

  describe.runIf(hasNginx)('behind nginx', () => {
    let authority: ThrowAwayCa;
    let ca: string;
    let good: ServerCertificate;
    beforeAll(async () => {
      authority = makeCa();
      ca = await readFile(authority.caFile, 'utf8');
      good = authority.certify(`DNS:${OWN}`);
    });
    afterAll(() => authority?.remove());

    interface Fault {
      /** Body and type of /.well-known/matrix/server. */
      readonly wellKnown?: readonly [type: string, body: string];
      readonly certificate?: () => ServerCertificate;
      readonly tls?: boolean;
      readonly names?: string;
      /** Lines of the server that is for other servers, instead of those that pass all of /_matrix. */
      readonly lines?: (homeserver: string) => readonly string[];
    }

    async function lookThrough({ wellKnown, certificate = () => good, tls = true, names = OWN, lines }: Fault) {
      const [web, federation] = [await freePort(), await freePort()];
      const [type, body] = wellKnown ?? ['application/json', `{"m.server": "${OWN}:8448"}`];
      const passed = [`location /_matrix { proxy_pass ${one.url}; proxy_set_header Host $host; }`];
      const client = `{"m.homeserver": {"base_url": "https://${OWN}"}}`;
      const certified = (name: string) => `ssl_certificate ${name}.pem; ssl_certificate_key ${name}.key;`;
      const servers = [
        `server { listen 127.0.0.1:${web} ssl; server_name ${OWN}; ${certified('web')}`,
        `location = /.well-known/matrix/server { default_type ${type}; return 200 '${body}'; }`,
        'location = /.well-known/matrix/client { default_type application/json;',
        `add_header Access-Control-Allow-Origin *; return 200 '${client}'; } }`,
        ...(names === OWN
          ? []
          : [
              `server { listen 127.0.0.1:${federation} ssl default_server; ${certified('federation')}`,
              "location / { default_type text/html; return 200 '<html>Welcome to nginx!</html>'; } }",
            ]),
        `server { listen 127.0.0.1:${federation}${tls ? ' ssl' : ''}; server_name ${names};`,
        tls ? certified('federation') : '',
        'client_max_body_size 50m;',
        ...(lines?.(one.url) ?? passed),
        '}',
      ].join('\n');
      const certificates = { web: good, federation: certificate() };
      const nginx = await startNginx({ certificates, ports: [web, federation], servers });
      onTestFinished(() => nginx.stop());
      return await look({
        doors: {
          [`${OWN_ADDRESS}:443`]: ['127.0.0.1', web],
          [`${OWN_ADDRESS}:8448`]: ['127.0.0.1', federation],
          [`${OTHER_ADDRESS}:443`]: [two.address, two.port],
        },
        ca: [ca, one.ca],
      });
    }

    it('that is as it should be', async () => {
      const { details, skipped } = await lookThrough({});
      expect(details).toBe('');
      expect(skipped.filter((line) => line.endsWith('which failed'))).toEqual([]);
    });

    const faults: readonly (readonly [
      what: string,
      Fault,
      Record<string, string>,
      told: RegExp,
      notLookedAt: string,
    ])[] = [
      [
        'that passes only some of the paths on',
        {
          lines: (homeserver) =>
            ['/_matrix/key', '/_matrix/client', '/_matrix/federation/v1/version'].map(
              (path) => `location ${path} { proxy_pass ${homeserver}; }`,
            ),
        },
        { F2: 'fail' },
        /answers 404, a web page instead of 401/,
        'F3 F4 F5',
      ],
      [
        'that decodes paths',
        { lines: (homeserver) => [`location /_matrix/ { proxy_pass ${homeserver}/_matrix/; }`] },
        { F4: 'fail' },
        /something on the way decodes it/,
        '',
      ],
      [
        'that takes a mebibyte',
        { lines: (homeserver) => [`location /_matrix { client_max_body_size 1m; proxy_pass ${homeserver}; }`] },
        { F5: 'warn' },
        /2 MiB are answered with 413/,
        '',
      ],
      [
        'with the certificate of another host',
        { certificate: () => authority.certify('DNS:www.aaa.test') },
        { T4: 'fail' },
        /not for aaa.test/,
        '',
      ],
      [
        'with an expired certificate',
        { certificate: () => authority.certifyFor(-1, `DNS:${OWN}`) },
        { T5: 'fail' },
        /expired on/,
        '',
      ],
      [
        'without the intermediate certificate',
        { certificate: () => authority.certifyBelow(`DNS:${OWN}`).withoutChain },
        { T3: 'fail' },
        /intermediate certificate is not served/,
        '',
      ],
      [
        'that speaks plain HTTP at the port of TLS',
        { tls: false },
        { T2: 'fail' },
        /speaks plain HTTP/,
        'T3 T4 T5 T6 T7 T8 K1 K2 K3 K4 K5 K6 K7 K8 F1 F2 F3 F4 F5 F6 F7',
      ],
      [
        'whose .well-known document is a page of a web application',
        { wellKnown: ['text/html', '<!doctype html><title>Chat</title>'] },
        { D4: 'fail' },
        /web page, not JSON/,
        'D5 D6 D7 D8 D9 D10 D12 D13 T1 T2 T3 T4 T5 T6 T7 T8 K1 K2 K3 K4 K5 K6 K7 K8 F1 F2 F3 F4 F5 F6 F7',
      ],
      [
        'whose .well-known document names a host that is not there',
        { wellKnown: ['application/json', '{"m.server": "synapse:8448"}'] },
        { D9: 'fail' },
        /synapse is not in the DNS/,
        'D10 D13 T1 T2 T3 T4 T5 T6 T7 T8 K1 K2 K3 K4 K5 K6 K7 K8 F1 F2 F3 F4 F5 F6 F7',
      ],
      [
        'whose .well-known document names another homeserver',
        { wellKnown: ['application/json', '{"m.server": "bbb.test:443"}'] },
        { K2: 'fail' },
        /calls itself "bbb.test", not aaa.test/,
        'K5 K8',
      ],
      [
        'whose .well-known document is called text',
        { wellKnown: ['text/plain', `{"m.server": "${OWN}:8448"}`] },
        { D5: 'warn' },
        /text\/plain/,
        '',
      ],
      [
        'that puts pages of its own in the place of errors',
        {
          lines: (homeserver) => [
            'error_page 404 /404.html;',
            "location = /404.html { default_type text/html; return 404 '<html>Not here</html>'; }",
            `location /_matrix { proxy_intercept_errors on; proxy_pass ${homeserver}; }`,
          ],
        },
        { F3: 'warn' },
        /404, a web page, not M_UNRECOGNIZED/,
        '',
      ],
      [
        'that does not know the name',
        { names: 'matrix.aaa.test' },
        { T6: 'fail' },
        /asked for aaa.test:8448, something else answers: 200, a web page/,
        'K1 K2 K3 K4 K5 K6 K7 K8 F1 F2 F3 F4 F5 F6 F7',
      ],
      [
        'behind which no homeserver runs',
        { lines: () => ['location /_matrix { proxy_pass http://127.0.0.1:1; }'] },
        { K1: 'fail' },
        /502/,
        'K2 K3 K4 K5 K6 K7 K8 F1 F2 F3 F4 F5 F6 F7',
      ],
    ];
    it.each(faults)('%s', async (_, fault, expected, told, notLookedAt) => {
      const { statuses, details, skipped } = await lookThrough(fault);
      expect(statuses, details).toEqual(expected);
      expect(details).toMatch(told);
      const [red] = Object.keys(expected);
      expect(
        skipped.flatMap((line) => /^(\S+) needs ([DTKF]\d+), which failed$/.exec(line)?.slice(1, 2) ?? []),
      ).toEqual(notLookedAt === '' ? [] : notLookedAt.split(' '));
      for (const line of skipped.filter((text) => text.endsWith('which failed')))
        expect(line).toContain(`needs ${red}`);
    });
  });
});

function rememberedKeys(): SeenKeys {
  const known = new Map<ServerName, ReadonlyMap<string, string>>();
  return {
    keys: (server) => Promise.resolve(known.get(server)),
    remember: (server, keys) => Promise.resolve(void known.set(server, keys)),
  };
}

async function personOn({ url, serverName, registerUser }: FederatedSynapse, localpart: string): Promise<MatrixApi> {
  const { userId, accessToken } = await registerUser(localpart);
  return createMatrixApi({
    baseUrl: url,
    accessToken: new Secret(accessToken),
    userId: userId as MatrixUserId,
    serverName: serverName as ServerName,
    clock: systemClock,
    log: () => {},
  });
}
