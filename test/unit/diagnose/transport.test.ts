import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, type Server as NetServer, connect } from 'node:net';
import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { transportChecks } from '../../../src/lib/diagnose/checks/transport.ts';
import type { DiagnoseParts } from '../../../src/lib/diagnose/context.ts';
import { connections } from '../../../src/lib/diagnose/probe/connection.ts';
import { makeCa, type ThrowAwayCa } from '../../../src/sandbox/synapse/authority.ts';
import { findingsOf, noProbe } from '../../support/diagnose-parts.ts';
import { expectPrinted } from '../../support/expect-printed.ts';

let ca: ThrowAwayCa;
beforeAll(() => {
  ca = makeCa();
});
afterAll(() => ca.remove());

interface Shown {
  /** undefined: it speaks HTTP without TLS. */
  readonly tls: SecureContextOptions | undefined;
  readonly answer?: string;
  readonly trusts?: boolean;
  /** Ports that are open; unset: 8448. */
  readonly isOpen?: boolean;
  /** So many first connections are cut. */
  readonly cuts?: number;
  readonly env?: DiagnoseParts['env'];
}

/** What is found of example.org:8448, whose server is on this machine. */
async function look({
  tls,
  answer = '{"server":{"name":"x","version":"1"}}',
  trusts = true,
  isOpen = true,
  cuts = 0,
  env = {},
}: Shown) {
  const respond = (_: unknown, response: { end(body: string): void }): void => response.end(answer);
  const server: NetServer = tls === undefined ? createPlainServer(respond) : createServer(tls, respond);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let left = cuts;
  const dial = () => {
    const socket = connect({ host: '127.0.0.1', port: isOpen ? port : 1 });
    if (left > 0) socket.once('connect', () => void socket.destroy());
    left -= 1;
    return socket;
  };
  try {
    const authorities = trusts ? [readFileSync(ca.caFile, 'utf8')] : undefined;
    const found = await findingsOf(transportChecks, {
      own: 'example.org:8448' as ServerName,
      env,
      probe: noProbe({
        addresses: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
        ...connections({ clock: systemClock, ca: authorities, dial }),
      }),
    });
    expectPrinted(found);
    const wrong = found.filter(({ status }) => status !== 'pass' && status !== 'skip');
    return {
      statuses: Object.fromEntries(wrong.map(({ id, status }) => [id, status])),
      details: wrong.map(({ detail }) => detail).join('\n'),
      skipped: found.filter(({ status }) => status === 'skip').map(({ id }) => id),
    };
  } finally {
    await new Promise((resolve) => void server.close(resolve));
  }
}

it('a server that is as it should be has nothing to say', async () => {
  expect((await look({ tls: ca.certify('DNS:example.org') })).statuses).toEqual({});
});

it('nobody listens', async () => {
  const { statuses, skipped } = await look({ tls: ca.certify('DNS:example.org'), isOpen: false });
  expect(statuses).toEqual({ T1: 'fail' });
  expect(skipped).toEqual(['T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8']);
});

it('a machine that reaches others only through a proxy can not tell, and says so', async () => {
  const env = { HTTPS_PROXY: 'http://proxy.example.org:3128' };
  const { statuses, skipped } = await look({ tls: ca.certify('DNS:example.org'), isOpen: false, env });
  expect(statuses).toEqual({ T1: 'warn' });
  expect(skipped).toEqual(['T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8']);
});

it('plain HTTP at the TLS port', async () => {
  const { statuses, details } = await look({ tls: undefined });
  expect(statuses).toEqual({ T2: 'fail' });
  expect(details).toContain('plain HTTP');
});

it('an authority that nobody knows', async () => {
  const { statuses } = await look({ tls: ca.certify('DNS:example.org'), trusts: false });
  expect(statuses).toEqual({ T3: 'fail' });
});

it('a missing intermediate certificate', async () => {
  const { statuses, details } = await look({ tls: ca.certifyBelow('DNS:example.org').withoutChain });
  expect(statuses).toEqual({ T3: 'fail' });
  expect(details).toContain('intermediate');
  expect((await look({ tls: ca.certifyBelow('DNS:example.org').withChain })).statuses).toEqual({});
});

it('a chain with a certificate that has expired, although its own has not', async () => {
  const { statuses, details } = await look({ tls: ca.certifyBelowExpired('DNS:example.org') });
  expect(statuses).toEqual({ T3: 'fail' });
  expect(details).toContain('in its chain');
});

it('a certificate that names its host only where nobody looks any more', async () => {
  const { statuses, details } = await look({ tls: ca.certifyCommonName('example.org') });
  expect(statuses).toEqual({ T4: 'fail' });
  expect(details).toContain('not for example.org');
});

it('the certificate of another host', async () => {
  const { statuses } = await look({ tls: ca.certify('DNS:other.example.org') });
  expect(statuses).toEqual({ T4: 'fail' });
});

it('an expired certificate, and one that soon will be', async () => {
  expect((await look({ tls: ca.certifyFor(-1, 'DNS:example.org') })).statuses).toEqual({ T5: 'fail' });
  expect((await look({ tls: ca.certifyFor(3, 'DNS:example.org') })).statuses).toEqual({ T5: 'warn' });
});

it('a virtual host that is not meant', async () => {
  const { statuses, details } = await look({ tls: ca.certify('DNS:example.org'), answer: '<html>Welcome to nginx!' });
  expect(statuses).toEqual({ T6: 'fail' });
  expect(details).toContain('a web page');
});

it('a first try that fails', async () => {
  const { statuses } = await look({ tls: ca.certify('DNS:example.org'), cuts: 1 });
  expect(statuses).toEqual({ T7: 'warn' });
});
