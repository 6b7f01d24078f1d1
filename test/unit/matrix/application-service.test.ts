import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/core/clock.ts';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import type { Log } from '../../../src/lib/core/log.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { type ApplicationService, startApplicationService } from '../../../src/lib/matrix/application-service.ts';
import type { ApplicationServiceHandlers } from '../../../src/lib/matrix/types.ts';

const TOKEN = 'hs-secret';
const running: ApplicationService[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.close()));
});

interface Listener {
  service: ApplicationService;
  received: { id: string; events: readonly unknown[] }[];
  logged: string[];
}

async function listen(
  handlers: Partial<ApplicationServiceHandlers> = {},
  more: { ready?: () => boolean; clock?: Clock; port?: number } = {},
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

interface Reply {
  status: number;
  body: unknown;
}

async function call(
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

const transaction = (listener: Listener, id: string, events: unknown = []): Promise<Reply> =>
  call(listener, 'PUT', `/_matrix/app/v1/transactions/${id}`, { body: JSON.stringify({ events }) });

/** Writes the text to a socket and gives all that comes back until `until` matches or the socket ends. */
function raw(listener: Listener, text: string, until: RegExp): Promise<string> {
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

describe('a homeserver that pushes a transaction', () => {
  it('gets 200 {} after the events were handed over, whole and in order', async () => {
    const listener = await listen();
    const events = [{ event_id: '$1', content: { body: 'a\u0000b' } }, 'not an event', null];
    expect(await transaction(listener, '7', events)).toEqual({ status: 200, body: {} });
    expect(listener.received).toEqual([{ id: '7', events }]);
  });

  it('is not answered before the handler is done', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const listener = await listen({
      onTransaction: () => {
        begun.resolve();
        return gate.promise;
      },
    });
    let answered = false;
    const answer = transaction(listener, '1').finally(() => (answered = true));
    await begun.promise;
    await call(listener, 'POST', '/_matrix/app/v1/ping', { body: '{}' });
    expect(answered).toBe(false);
    gate.resolve();
    expect((await answer).status).toBe(200);
  });

  it('has its transactions handled one after another, even when it sends two at once', async () => {
    const trace: string[] = [];
    const gates = new Map([['1', Promise.withResolvers<void>()]]);
    const listener = await listen({
      onTransaction: async (id) => {
        trace.push(`begin ${id}`);
        await gates.get(id)?.promise;
        trace.push(`end ${id}`);
      },
    });
    const first = transaction(listener, '1');
    await expect.poll(() => trace).toEqual(['begin 1']);
    const second = transaction(listener, '2');
    await call(listener, 'GET', '/_matrix/app/v1/users/@nobody:example.org');
    expect(trace).toEqual(['begin 1']);
    gates.get('1')?.resolve();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(trace).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  it('gets 500 M_UNKNOWN when nothing could be stored, and the next transaction works', async () => {
    const stored: string[] = [];
    const listener = await listen({
      onTransaction: async (id) => {
        if (id === 'poison') throw new Error('disk full');
        stored.push(id);
      },
    });
    const refused = await transaction(listener, 'poison');
    expect(refused).toMatchObject({ status: 500, body: { errcode: 'M_UNKNOWN' } });
    expect(JSON.stringify(refused.body)).not.toContain('disk full');
    expect((await transaction(listener, 'good')).status).toBe(200);
    expect(stored).toEqual(['good']);
  });

  it('may send 20 MB', async () => {
    const listener = await listen();
    const events = Array.from({ length: 100 }, (_, index) => ({ event_id: `$${index}`, content: { body: 'x'.repeat(200_000) } }));
    expect((await transaction(listener, 'big', events)).status).toBe(200);
    expect(listener.received[0]?.events).toHaveLength(100);
  });

  it('gets 413 for more than 128 MiB, announced or not', async () => {
    const listener = await listen();
    const head = (more: string): string =>
      `PUT /_matrix/app/v1/transactions/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n${more}\r\n\r\n`;
    expect(await raw(listener, head(`Content-Length: ${128 * 1024 * 1024 + 1}`), /M_TOO_LARGE/)).toMatch(/^HTTP\/1.1 413 /);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = httpRequest(`${listener.service.url}/_matrix/app/v1/transactions/2`, {
        method: 'PUT',
        headers: { Authorization: `Bearer ${TOKEN}`, 'Transfer-Encoding': 'chunked' },
      });
      sending.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      const chunk = Buffer.alloc(4 * 1024 * 1024, 0x20);
      for (let sent = 0; sent <= 128 * 1024 * 1024; sent += chunk.length) sending.write(chunk);
      sending.end();
    });
    expect(status).toBe(413);
    expect(listener.received).toEqual([]);
    expect((await transaction(listener, '3')).status).toBe(200);
  }, 30_000);

  it.each([
    ['no JSON at all', 'hello', 400, 'M_NOT_JSON'],
    ['nothing', '', 400, 'M_NOT_JSON'],
    ['half a JSON object', '{"events":[', 400, 'M_NOT_JSON'],
    ['a list', '[]', 400, 'M_BAD_JSON'],
    ['null', 'null', 400, 'M_BAD_JSON'],
  ])('that sends %s is told so', async (_what, body, status, errcode) => {
    const listener = await listen();
    expect(await call(listener, 'PUT', '/_matrix/app/v1/transactions/1', { body })).toMatchObject({ status, body: { errcode } });
    expect(listener.received).toEqual([]);
  });

  it.each([['{}'], ['{"events":null}'], ['{"events":"x"}'], ['{"events":{"0":{}}}']])(
    'that sends %s gets 200, since an error would stall every room, and the oddity is logged',
    async (body) => {
      const listener = await listen();
      expect(await call(listener, 'PUT', '/_matrix/app/v1/transactions/1', { body })).toEqual({ status: 200, body: {} });
      expect(listener.received).toEqual([{ id: '1', events: [] }]);
      expect(listener.logged).toContain('application-service.odd-transaction');
    },
  );

  it('may use the paths without prefix', async () => {
    const listener = await listen();
    expect((await call(listener, 'PUT', '/transactions/a%2Fb', { body: '{"events":[]}' })).status).toBe(200);
    expect(listener.received).toEqual([{ id: 'a/b', events: [] }]);
  });

  it('always learns the length of the answer', async () => {
    const listener = await listen();
    const answer = await raw(
      listener,
      `PUT /_matrix/app/v1/transactions/1 HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 13\r\n\r\n{"events":[]}`,
      /\{\}$/,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/\r\nContent-Length: 2\r\n/i);
    expect(answer).not.toMatch(/transfer-encoding/i);
  });
});

describe('a caller without the right token', () => {
  const paths = [
    ['PUT', '/_matrix/app/v1/transactions/1'],
    ['POST', '/_matrix/app/v1/ping'],
    ['GET', '/_matrix/app/v1/users/@rc_bob:example.org'],
    ['GET', '/_matrix/app/v1/rooms/%23rc_general:example.org'],
    ['GET', '/_matrix/app/v1/thirdparty/protocol/irc'],
  ] as const;

  it.each(paths)('gets 401 or 403 from %s %s', async (method, path) => {
    const listener = await listen();
    expect(await call(listener, method, path, { token: null })).toMatchObject({ status: 401, body: { errcode: 'M_UNAUTHORIZED' } });
    for (const token of ['wrong', `${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase()]) {
      expect(await call(listener, method, path, { token })).toMatchObject({ status: 403, body: { errcode: 'M_FORBIDDEN' } });
    }
    expect((await call(listener, method, `${path}?access_token=wrong`, { token: null })).status).toBe(403);
    expect(listener.received).toEqual([]);
  });

  it('is answered before a byte of the body came', async () => {
    const listener = await listen();
    const head = 'PUT /_matrix/app/v1/transactions/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer no\r\nContent-Length: 100000000\r\n\r\n';
    expect(await raw(listener, head, /M_FORBIDDEN/)).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('may be an older homeserver that sends the token in the query', async () => {
    const listener = await listen();
    const path = `/transactions/1?access_token=${TOKEN}`;
    expect((await call(listener, 'PUT', path, { token: null, body: '{"events":[]}' })).status).toBe(200);
  });
});

describe('a homeserver that asks', () => {
  it('learns which ghosts and aliases the bridge knows', async () => {
    const listener = await listen();
    const ask = async (path: string): Promise<number> => (await call(listener, 'GET', path)).status;
    expect(await ask('/_matrix/app/v1/users/%40rc_bob%3Aexample.org')).toBe(200);
    expect(await ask('/users/@rc_bob:example.org')).toBe(200);
    expect(await ask('/_matrix/app/v1/users/@rc_eve:example.org')).toBe(404);
    expect(await ask('/_matrix/app/v1/rooms/%23rc_general%3Aexample.org')).toBe(200);
    expect(await ask('/_matrix/app/v1/rooms/%23other%3Aexample.org')).toBe(404);
    expect(await ask('/_matrix/app/v1/thirdparty/protocol/irc')).toBe(404);
    expect(await ask('/_matrix/app/unstable/thirdparty/user')).toBe(404);
  });

  it('is not kept waiting by a slow store: 404 after 100 ms, while transactions go on', async () => {
    let advance: (() => void) | undefined;
    const clock: Clock = {
      now: () => 0,
      sleep: (ms) => new Promise((resolve) => (advance = () => (expect(ms).toBe(100), resolve()))),
    };
    const listener = await listen({ onUserQuery: () => new Promise(() => {}) }, { clock });
    const answer = call(listener, 'GET', '/_matrix/app/v1/users/@rc_bob:example.org');
    await expect.poll(() => advance).toBeDefined();
    expect((await transaction(listener, '1')).status).toBe(200);
    advance?.();
    expect(await answer).toMatchObject({ status: 404, body: { errcode: 'M_NOT_FOUND' } });
    expect(listener.logged).toContain('application-service.slow-query');
  });

  it('gets 404 when the store fails', async () => {
    const listener = await listen({ onAliasQuery: () => Promise.reject(new Error('locked')) });
    expect((await call(listener, 'GET', '/_matrix/app/v1/rooms/%23rc_x:example.org')).status).toBe(404);
    expect((await transaction(listener, '1')).status).toBe(200);
  });

  it('is answered when it pings', async () => {
    const listener = await listen();
    expect(await call(listener, 'POST', '/_matrix/app/v1/ping', { body: '{"transaction_id":"t"}' })).toEqual({ status: 200, body: {} });
  });

  it.each([
    ['GET', '/', 404],
    ['GET', '/_matrix/app/v1/', 404],
    ['GET', '/_matrix/app/v1/nothing', 404],
    ['GET', '/_matrix/app/v1/users/', 404],
    ['GET', '/_matrix/app/v1/users/%ff', 404],
    ['GET', '/_matrix/client/versions', 404],
    ['PUT', '/_matrix/app/v1/transactions/1/2', 404],
    ['POST', '/_matrix/app/v1/transactions/1', 405],
    ['GET', '/_matrix/app/v1/ping', 405],
    ['PUT', '/_matrix/app/v1/users/@rc_bob:example.org', 405],
  ])('%s %s is M_UNRECOGNIZED', async (method, path, status) => {
    expect(await call(await listen(), method, path)).toMatchObject({ status, body: { errcode: 'M_UNRECOGNIZED' } });
  });

  it('survives lines that are no HTTP', async () => {
    const listener = await listen();
    expect(await raw(listener, 'BREW /coffee\r\n\r\n', /\r\n\r\n/)).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw(listener, 'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n', /M_UNRECOGNIZED/)).toMatch(/^HTTP\/1\.1 404/);
    expect((await transaction(listener, '1')).status).toBe(200);
  });
});

describe('whoever watches over the process', () => {
  it('asks without a token whether it lives and whether it is ready', async () => {
    let ready = false;
    const listener = await listen({}, { ready: () => ready });
    const ask = (path: string): Promise<Reply> => call(listener, 'GET', path, { token: null });
    expect(await ask('/health/live')).toEqual({ status: 200, body: { live: true } });
    expect(await ask('/health/ready')).toEqual({ status: 503, body: { ready: false } });
    ready = true;
    expect(await ask('/health/ready')).toEqual({ status: 200, body: { ready: true } });
  });
});

describe('an admin', () => {
  it('is told that the port is in use, with another one to try', async () => {
    const { service } = await listen();
    const second = await listen({}, { port: service.port }).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(RcfedError);
    expect(second).toMatchObject({ code: 'RCFED_PORT_IN_USE', exit: 3 });
    expect((second as RcfedError).message).toContain(String(service.port));
    expect((second as RcfedError).try.join(' ')).toContain(`--listen 127.0.0.1:${service.port + 1}`);
  });

  it('stops the listener without losing the transaction under way', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const listener = await listen({
      onTransaction: () => {
        begun.resolve();
        return gate.promise;
      },
    });
    const answer = transaction(listener, '1');
    await begun.promise;
    let closed = false;
    const closing = listener.service.close().then(() => (closed = true));
    await expect(fetch(`${listener.service.url}/health/live`)).rejects.toThrow();
    expect(closed).toBe(false);
    gate.resolve();
    expect(await answer).toEqual({ status: 200, body: {} });
    await closing;
    expect(closed).toBe(true);
  });

  it('is not held up by a homeserver that sends half a transaction and waits', async () => {
    const listener = await listen();
    const head = `PUT /_matrix/app/v1/transactions/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 100\r\n\r\n{"ev`;
    const half = raw(listener, head, /never/).catch(() => 'cut');
    await call(listener, 'POST', '/_matrix/app/v1/ping', { body: '{}' });
    await listener.service.close();
    expect(['', 'cut']).toContain(await half);
    expect(listener.received).toEqual([]);
  });
});
