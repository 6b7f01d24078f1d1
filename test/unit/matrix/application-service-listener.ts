import { connect } from 'node:net';
import { afterEach } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { Log } from '../../../src/lib/core/log.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { type ApplicationService, startApplicationService } from '../../../src/lib/matrix/application-service.ts';
import type { ApplicationServiceHandlers } from '../../../src/lib/matrix/types.ts';

export const TOKEN = 'hs-secret';
const running: ApplicationService[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.close()));
});

export interface Listener {
  service: ApplicationService;
  received: { id: string; events: readonly unknown[] }[];
  logged: string[];
}

export async function listen(
  handlers: Partial<ApplicationServiceHandlers> = {},
  more: Partial<Pick<Parameters<typeof startApplicationService>[0], 'ready' | 'clock' | 'port' | 'beside'>> = {},
): Promise<Listener> {
  const received: Listener['received'] = [];
  const logged: string[] = [];
  const log: Log = (_level, event) => void logged.push(event);
  const service = await startApplicationService({
    host: '127.0.0.1',
    port: 0,
    hsToken: new Secret(TOKEN),
    log,
    clock: systemClock,
    ...more,
    handlers: {
      onTransaction: async (id, events) => void received.push({ id, events }),
      onUserQuery: async (userId) => userId === '@rc_bob:example.org',
      onAliasQuery: async (alias) => alias === '#rc_general:example.org',
      ...handlers,
    },
  });
  running.push(service);
  return { service, received, logged };
}

export interface Reply {
  status: number;
  body: unknown;
}

export async function call(
  { service }: Listener,
  method: string,
  path: string,
  options: { body?: string; token?: string | null } = {},
): Promise<Reply> {
  const token = options.token === undefined ? TOKEN : options.token;
  const response = await fetch(service.url + path, {
    method,
    ...(token === null ? {} : { headers: { Authorization: `Bearer ${token}` } }),
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  return { status: response.status, body: await response.json() };
}

export const transaction = (listener: Listener, id: string, events: unknown = []): Promise<Reply> =>
  call(listener, 'PUT', `/_matrix/app/v1/transactions/${id}`, { body: JSON.stringify({ events }) });

/** Writes the text to a socket and gives all that comes back until `until` matches or the socket ends. */
export function raw(listener: Listener, text: string, until: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = '';
    const socket = connect(listener.service.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      got += chunk.toString();
      if (until.test(got)) socket.destroy();
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });
}
