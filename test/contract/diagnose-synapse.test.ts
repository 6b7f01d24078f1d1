import { connect, type Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixRoomAlias, MatrixRoomId, ServerName } from '../../src/lib/core/ids.ts';
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
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { makeCa, type ServerCertificate, type ThrowAwayCa } from '../../src/sandbox/synapse/authority.ts';
import { type FederatedSynapse, startFederatedSynapses } from '../../src/sandbox/synapse/federated.ts';
import { proxyFaults } from '../fixtures/proxy-faults.ts';
import { bodiesIn, send } from '../support/bridge-bench.ts';
import { eventually } from '../support/eventually.ts';
import { bridgeSetup } from '../support/fake-bridge.ts';
import { findingsOf } from '../support/diagnose-parts.ts';
import { type ProxyFault, startMatrixProxy } from '../support/matrix-proxy.ts';
import { nginxVersion } from '../support/nginx.ts';
import { personOn } from '../support/person-on.ts';
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
    await send(own, room, 'hello');
    await eventually(async () => expect(await bodiesIn(otto, room)).toContain('hello'));
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
        hasWay: () => Promise.resolve(true),
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
      // There is no redirect, second address, SRV record, IPv6 or old key, and no third party is asked.
      new Set(['D6', 'D7', 'D11', 'D12', 'D13', 'K6', 'K7', 'K9', 'X3']),
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

    async function lookThrough(fault: ProxyFault) {
      const proxy = await startMatrixProxy(OWN, one.url, good, fault);
      onTestFinished(() => proxy.stop());
      return await look({
        doors: {
          [`${OWN_ADDRESS}:443`]: ['127.0.0.1', proxy.web],
          [`${OWN_ADDRESS}:8448`]: ['127.0.0.1', proxy.federation],
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

    it.each(proxyFaults)('$what', async ({ fault, red, says, notLookedAt }) => {
      const { found, statuses, details } = await lookThrough(fault(authority));
      expect(statuses, details).toEqual(red);
      expect(details).toMatch(says);
      const [cause] = Object.keys(red);
      const unseen = found.filter(({ detail }) => detail.endsWith('which failed'));
      expect(unseen.map(({ id }) => id)).toEqual(notLookedAt);
      expect(new Set(unseen.map(({ detail }) => detail))).toEqual(
        new Set(notLookedAt.map(() => `needs ${cause}, which failed`)),
      );
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
