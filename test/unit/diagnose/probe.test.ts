import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { wellKnown } from '../../../src/lib/diagnose/checks/D4-well-known.ts';
import type { CheckContext } from '../../../src/lib/diagnose/context.ts';
import { runChecks } from '../../../src/lib/diagnose/engine.ts';
import { askUrl } from '../../../src/lib/diagnose/facts/ask-url.ts';
import { connections } from '../../../src/lib/diagnose/probe/connection.ts';
import { isPublicAddress } from '../../../src/lib/diagnose/probe/public-address.ts';
import { hasWay } from '../../../src/lib/diagnose/probe/way.ts';
import type { WebRequest } from '../../../src/lib/diagnose/probe/probe.ts';
import { makeCa, type ServerCertificate, type ThrowAwayCa } from '../../../src/sandbox/synapse/authority.ts';
import { diagnoseParts, noProbe } from '../../support/diagnose-parts.ts';
import { eventually } from '../../support/eventually.ts';

const probe = connections({ clock: systemClock, answerMs: 300 });

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

interface Served {
  readonly port: number;
  readonly open: () => number;
}

/** A server on this machine, and how many connections it has. */
async function serving(respond: RequestListener): Promise<Served> {
  const server = createServer(respond);
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
  });
  return { port: await listening(server), open: () => open };
}

const at = (port: number): WebRequest => ({ address: '127.0.0.1', host: '127.0.0.1', port, plain: true, path: '/' });

/** Writes for as long as the other side takes it. */
function writeFor(response: ServerResponse, piece: string, everyMs: number): void {
  const timer = setInterval(() => response.write(piece), everyMs);
  response.once('close', () => clearInterval(timer));
}

describe('a server that never ends keeps nobody waiting', () => {
  it('whose body has no end is read to the limit, and left', async () => {
    const { port, open } = await serving((_, response) => writeFor(response, 'x'.repeat(64 * 1024), 1));
    const { body, cut } = await probe.ask({ ...at(port), limit: 1000 });
    expect({ cut, length: body.length }).toEqual({ cut: true, length: 1000 });
    await eventually(() => expect(open()).toBe(0));
  });

  it('whose body trickles is left when its time is up', async () => {
    const { port, open } = await serving((_, response) => writeFor(response, ' ', 20));
    const startedAt = performance.now();
    await expect(probe.ask(at(port))).rejects.toMatchObject({
      step: 'cut',
      message: `127.0.0.1 port ${port}: no whole answer in time`,
    });
    expect(performance.now() - startedAt).toBeGreaterThan(290);
    await eventually(() => expect(open()).toBe(0));
  });

  it('that sends nothing but headers is left', async () => {
    const server = createTcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write(`x-more: ${'x'.repeat(4000)}\r\n`), 1);
      socket.once('close', () => clearInterval(timer)).on('error', () => {});
    });
    await expect(probe.ask(at(await listening(server)))).rejects.toMatchObject({ step: 'cut' });
  });

  it('that takes the connection and says nothing is no TLS server', async () => {
    const server = createTcpServer((socket) => void socket.on('error', () => {}));
    const { plain: _, ...target } = at(await listening(server));
    await expect(probe.handshake(target)).rejects.toMatchObject({ step: 'tls' });
  });
});

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '127.1.2.3',
    '169.254.169.254',
    '10.0.0.1',
    '::',
    '::1',
    'fe80::1',
    'fec0::1',
    'fd00::1',
    // The same, dressed up: mapped, translated by a gateway, tunnelled.
    '::ffff:169.254.169.254',
    '::ffff:a00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    'example.org',
  ])('%s is none of the public internet', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['9.9.9.9', '2620:fe::9', '::ffff:9.9.9.9', '64:ff9b::9.9.9.9', '2002:909:909::1'])('%s is one', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );
});

it('this machine has a way to itself, and asks nobody whether it has', async () => {
  expect(await hasWay({ address: '127.0.0.1', family: 4 })).toBe(true);
});

describe('a redirect', () => {
  it('is told and not followed, so that a token goes to no other host', async () => {
    const asked: (string | undefined)[] = [];
    const other = await serving((request, response) => {
      asked.push(request.headers.authorization);
      response.end('{}');
    });
    const first = await serving((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(307, { Location: `http://127.0.0.1:${other.port}${request.url ?? ''}` }).end();
    });
    const context = {
      ...diagnoseParts({ probe: noProbe(probe) }),
      once: (_: string, ask: () => Promise<unknown>) => ask(),
    } as unknown as CheckContext;
    const answer = await askUrl(context, `http://127.0.0.1:${first.port}`, { path: '/x', bearer: 'the-token' });
    expect(answer).toMatchObject({ status: 307 });
    expect(asked).toEqual(['Bearer the-token']);
  });
});

describe('over TLS', () => {
  let ca: ThrowAwayCa;
  beforeAll(() => {
    ca = makeCa();
  });
  afterAll(() => ca.remove());

  /** A homeserver of that certificate on this machine, and what it was asked with. */
  async function secured(certificate: ServerCertificate) {
    const asked: IncomingHttpHeaders[] = [];
    const server = createSecureServer(certificate, ({ headers }, response) => {
      asked.push(headers);
      response.end('{"m.server": "matrix.example.org:443"}');
    });
    const port = await listening(server);
    const dial = () => connect({ host: '127.0.0.1', port });
    const authorities = [readFileSync(ca.caFile, 'utf8')];
    const parts = diagnoseParts({
      own: 'example.org' as ServerName,
      probe: noProbe({
        addresses: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
        ...connections({ clock: systemClock, ca: authorities, dial }),
      }),
    });
    const context = { ...parts, once: (_: string, ask: () => Promise<unknown>) => ask() } as unknown as CheckContext;
    return { asked, parts, context };
  }

  it('a token goes only to a server whose certificate is trusted and for the host', async () => {
    const question = { path: '/x', bearer: 'the-token' };
    const other = await secured(ca.certify('DNS:elsewhere.example.org'));
    expect(await askUrl(other.context, 'https://matrix.example.org', question)).toMatch(/certificate/);
    expect(other.asked).toEqual([]);
    const right = await secured(ca.certify('DNS:matrix.example.org'));
    expect(await askUrl(right.context, 'https://matrix.example.org', question)).toMatchObject({ status: 200 });
    expect(right.asked).toMatchObject([{ authorization: 'Bearer the-token' }]);
  });

  it('a .well-known document behind a certificate that nobody trusts counts for nobody', async () => {
    const look = async (names: string) => {
      const { parts } = await secured(ca.certify(names));
      const found = await runChecks([wellKnown], parts, { skip: new Set() });
      return found.map(({ status, detail }) => [status, detail]);
    };
    expect(await look('DNS:example.org')).toEqual([['pass', 'it says matrix.example.org:443']]);
    expect(await look('DNS:other.example.org')).toEqual([
      ['fail', expect.stringMatching(/can't be used: its certificate is not for example\.org/)],
    ]);
  });

  it('it says who it is, as proxies in front of servers want it, and writes IPv6 addresses as they must be', async () => {
    const { asked, context } = await secured(ca.certify('IP:::1'));
    expect(await askUrl(context, 'https://[::1]:8448', { path: '/x' })).toMatchObject({ status: 200 });
    expect(asked).toMatchObject([{ host: '[::1]:8448', 'user-agent': 'rcfed' }]);
  });
});
