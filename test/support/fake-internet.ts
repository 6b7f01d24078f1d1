import {
  type Handshake,
  NameError,
  type Probe,
  ProbeError,
  type ServiceRecord,
  type WebAnswer,
  type WebRequest,
} from '../../src/lib/diagnose/probe/probe.ts';

type Served = Partial<WebAnswer> | ((request: WebRequest) => Partial<WebAnswer>);

/** Names, addresses and servers of a test. What is not in it is not there. */
export interface FakeInternet {
  /** Addresses by host; a NameError is thrown. */
  readonly hosts: Readonly<Record<string, readonly string[] | NameError>>;
  readonly services?: Readonly<Record<string, readonly ServiceRecord[]>>;
  readonly aliases?: Readonly<Record<string, string>>;
  /** Open ports, `198.51.100.1:443`, and what is served there by path; `*` for every other path. */
  readonly servers: Readonly<Record<string, Readonly<Record<string, Served>>>>;
  readonly handshakes?: Readonly<Record<string, Handshake | ProbeError>>;
  /** Addresses of this kind are out of this machine's reach. */
  readonly withoutFamily?: 4 | 6;
}

export const json = (body: unknown, more: Partial<WebAnswer> = {}): Partial<WebAnswer> => ({
  status: 200,
  body: JSON.stringify(body),
  ...more,
  headers: { 'content-type': 'application/json', ...more.headers },
});

export const service = (name: string, port: number): ServiceRecord => ({ name, port, priority: 10, weight: 5 });

export function fakeInternet({
  hosts,
  services = {},
  aliases = {},
  servers,
  handshakes = {},
  withoutFamily,
}: FakeInternet): Probe {
  const opened = (address: string, port: number): NonNullable<FakeInternet['servers'][string]> => {
    const server = servers[`${address}:${port}`];
    if (server !== undefined) return server;
    throw new ProbeError('tcp', `${address} port ${port}: nothing listens there`);
  };
  return {
    async addresses(host) {
      const found = hosts[host] ?? new NameError('unknown', `${host} is not in the DNS`);
      if (found instanceof NameError) throw found;
      return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    hasWay: async ({ family }) => family !== withoutFamily,
    services: async (name) => services[name] ?? [],
    aliasOf: async (name) => aliases[name],
    async connect({ address, port }) {
      opened(address, port);
      return { durationMs: 1 };
    },
    async handshake({ address, port }) {
      opened(address, port);
      const shown = handshakes[`${address}:${port}`];
      if (shown === undefined) throw new ProbeError('plain', `${address} port ${port} does not speak TLS`);
      if (shown instanceof ProbeError) throw shown;
      return shown;
    },
    async ask(request) {
      const server = opened(request.address, request.port);
      const served = server[request.path] ?? server['*'] ?? { status: 404 };
      const answer = typeof served === 'function' ? served(request) : served;
      return { status: 200, headers: {}, body: '', cut: false, durationMs: 1, ...answer };
    },
  };
}
