import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/core/clock.ts';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import { call, listen, raw, type Reply, TOKEN, transaction } from './application-service-listener.ts';

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
    expect(await call(listener, 'POST', '/_matrix/app/v1/ping', { body: '{"transaction_id":"t"}' })).toEqual({
      status: 200,
      body: {},
    });
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
    expect(await raw(listener, 'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n', /M_UNRECOGNIZED/)).toMatch(
      /^HTTP\/1\.1 404/,
    );
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
