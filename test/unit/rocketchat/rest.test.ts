import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/core/clock.ts';
import type { MessageId, WorkspaceRoomId, WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { silentLog } from '../../../src/lib/core/log.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createWorkspaceApi } from '../../../src/lib/rocketchat/api.ts';
import { createRest, type Rest, type RestOptions } from '../../../src/lib/rocketchat/rest.ts';
import type { WorkspaceCredentials } from '../../../src/lib/rocketchat/types.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function serve(...how: Parameters<typeof startHttpServer>): Promise<HttpServer> {
  const server = await startHttpServer(...how);
  servers.push(server);
  return server;
}

const account = (userId: string): WorkspaceCredentials => ({
  userId: userId as WorkspaceUserId,
  token: new Secret(`token of ${userId}`),
});

function client(url: string, options: Partial<RestOptions> = {}): Rest {
  return createRest({ url, credentials: account('bot'), clock: systemClock, log: silentLog, ...options });
}

/** Waits at once, and tells how long it would have been. */
function countingClock(start = 1_700_000_000_000): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  let at = start;
  return {
    waits,
    now: () => at,
    async sleep(ms, signal) {
      // Deadlines sleep as well; only waits of the limiter are let through.
      if (ms === 20_000) return await systemClock.sleep(ms, signal);
      signal?.throwIfAborted();
      waits.push(ms);
      at += ms;
    },
  };
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};
const tooMany = { success: false, error: 'Error, too many requests. Please slow down. [error-too-many-requests]' };

describe('the rate limiter', () => {
  test('is waited for by the server’s own clock, however wrong ours is', async () => {
    const clock = countingClock();
    const serverNow = Date.UTC(2031, 0, 1);
    let refusals = 1;
    const { url } = await serve((_request, response) =>
      refusals-- > 0
        ? json(response, 429, tooMany, {
            date: new Date(serverNow).toUTCString(),
            'x-ratelimit-reset': String(serverNow + 7_300),
          })
        : json(response, 200, { success: true }),
    );
    await client(url, { clock }).get('me');
    expect(clock.waits).toEqual([7_300]);
  });

  test.each([
    ['nothing', {}, 5_000],
    ['nonsense', { 'x-ratelimit-reset': 'soon' }, 5_000],
    ['a proxy’s Retry-After', { 'retry-after': '3' }, 3_000],
    ['a reset in the past', { 'x-ratelimit-reset': '1' }, 250],
    ['a reset next year', { 'x-ratelimit-reset': '4000000000000' }, 60_000],
  ])('that says %s is waited for within bounds, and then told', async (_what, headers, wait) => {
    const clock = countingClock();
    const server = await serve((_request, response) => json(response, 429, tooMany, headers));
    await expect(client(server.url, { clock }).get('me')).rejects.toMatchObject({
      status: 429,
      code: 'error-too-many-requests',
      retryAfterMs: wait,
    });
    expect(clock.waits).toEqual([wait, wait]);
    expect(server.seen).toHaveLength(3);
  });

  test('is known to the other accounts, except those it does not count', async () => {
    const clock = countingClock();
    const { url } = await serve((request, response) => {
      if (request.headers['x-user-id'] === 'bypassing') return json(response, 200, { success: true });
      json(response, request.headers['x-user-id'] === 'first' ? 429 : 200, tooMany, {
        'x-ratelimit-limit': '10',
        'retry-after': '9',
      });
    });
    const bypassing = client(url, { clock, credentials: account('bypassing') });
    await bypassing.get('me');
    await expect(bypassing.as(account('first')).get('me')).rejects.toMatchObject({ status: 429 });
    expect(clock.waits).toEqual([9_000, 9_000]);
    await bypassing.get('me');
    await bypassing
      .as(account('other'))
      .get('users.info')
      .catch(() => undefined);
    expect(clock.waits).toHaveLength(2);
    await bypassing
      .as(account('other'))
      .get('me')
      .catch(() => undefined);
    expect(clock.waits).toEqual([9_000, 9_000, 9_000]);
  });

  test('is not waited for any longer when the program stops', async () => {
    const stop = new AbortController();
    const { url } = await serve((_request, response) => {
      json(response, 429, tooMany, { 'retry-after': '50' });
      setImmediate(() => stop.abort(new Error('stopping')));
    });
    await expect(client(url, { signal: stop.signal }).get('me')).rejects.toMatchObject({
      failure: 'network',
      answer: 'stopping',
    });
  });
});

describe('an answer', () => {
  test.each([
    [{ error: 'No [error-app-prevented]', errorType: 'error-from-type' }, 'error-from-type'],
    [{ error: 'The message may not be sent [error-app-prevented]' }, 'error-app-prevented'],
    [{ error: 'restricted-workspace' }, 'restricted-workspace'],
    [{ error: 'User not found.' }, undefined],
    [{}, undefined],
  ])('of %j has the code %s', async (body, code) => {
    const { url } = await serve((_request, response) => json(response, 400, { success: false, ...body }));
    await expect(client(url).get('me')).rejects.toMatchObject({ failure: 'refused', status: 400, code });
  });

  test('with success:false is an error even when its status is 200', async () => {
    const { url } = await serve((_request, response) => json(response, 200, { success: false, error: 'x [y]' }));
    await expect(client(url).get('me')).rejects.toMatchObject({ failure: 'refused', code: 'y' });
  });

  test.each(['', 'null', '[]', '"text"', '{"cut', '<html>'])('of "%s" is not JSON of a workspace', async (text) => {
    const { url } = await serve((_request, response) => response.end(text));
    await expect(client(url).get('me')).rejects.toMatchObject({ failure: 'not-json', status: 200 });
  });

  test('that ends in the middle is a network failure', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"success":');
      setImmediate(() => response.destroy());
    });
    await expect(client(url).get('me')).rejects.toMatchObject({ failure: 'network' });
  });

  test('that trickles in is cut off at the deadline', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(200).write('{'));
    await expect(client(url, { deadlineMs: 50 }).get('me')).rejects.toMatchObject({ failure: 'timeout' });
  });
});

describe('a method call', () => {
  const answering = (message: object, status = 200) =>
    serve((_request, response) =>
      json(response, status, { success: true, message: JSON.stringify({ msg: 'result', id: '1', ...message }) }),
    );

  test('gives the method’s result', async () => {
    const server = await answering({ result: [1] });
    expect(await client(server.url).methodCall('loadHistory', ['GENERAL', 2])).toEqual([1]);
    expect(JSON.parse(JSON.parse(server.seen[0]!.body).message)).toEqual({
      msg: 'method',
      id: '1',
      method: 'loadHistory',
      params: ['GENERAL', 2],
    });
  });

  test('that failed is an error even when its status is 200', async () => {
    const { url } = await answering({
      error: { error: 'error-not-allowed', reason: 'Not allowed', details: { method: 'x' } },
    });
    await expect(client(url).methodCall('x', [])).rejects.toMatchObject({
      failure: 'refused',
      code: 'error-not-allowed',
      answer: 'Not allowed',
    });
  });
});

describe('a redirect', () => {
  test('of a request is not followed, and its place is told without its query', async () => {
    const elsewhere = await serve((_request, response) => json(response, 200, { success: true }));
    const { url } = await serve((_request, response) =>
      response.writeHead(302, { location: `${elsewhere.url}/login?next=secret` }).end(),
    );
    const refused = client(url).post('chat.sendMessage', { body: {} });
    await expect(refused).rejects.toMatchObject({
      failure: 'not-json',
      status: 302,
      code: 'redirected',
      answer: `to ${elsewhere.url}`,
    });
    expect(elsewhere.seen).toEqual([]);
  });

  test('of a file to another host is followed without the token, within one host with it', async () => {
    const bucket = await serve((_request, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('bytes'),
    );
    const own = await serve((request, response) =>
      response
        .writeHead(302, {
          location: request.url === '/file-upload/1/a.png' ? '/file-upload/2/b.png' : `${bucket.url}/key?signature=1`,
        })
        .end(),
    );
    const file = await client(own.url).download('/file-upload/1/a.png', 100);
    expect(Buffer.from(file.bytes).toString()).toBe('bytes');
    expect(own.seen.map(({ headers }) => headers['x-auth-token'])).toEqual(['token of bot', 'token of bot']);
    expect(bucket.seen[0]!.headers).not.toHaveProperty('x-auth-token');
    expect(bucket.seen[0]!.headers).not.toHaveProperty('x-user-id');
  });

  test('in a circle ends', async () => {
    const server = await serve((request, response) => response.writeHead(302, { location: request.url }).end());
    await expect(client(server.url).download('/file-upload/1/a', 100)).rejects.toMatchObject({
      failure: 'not-json',
      code: 'redirected',
    });
    expect(server.seen).toHaveLength(4);
  });
});

describe('a file', () => {
  test('is read up to its limit, whether its size is announced or not', async () => {
    const { url } = await serve((request, response) => {
      if (request.url.startsWith('/announced')) response.setHeader('content-length', '1000');
      else response.setHeader('transfer-encoding', 'chunked');
      response.end('x'.repeat(1000));
    });
    for (const path of ['/announced', '/chunked']) {
      expect((await client(url).download(path, 1000)).bytes).toHaveLength(1000);
      await expect(client(url).download(path, 999)).rejects.toMatchObject({ failure: 'refused', code: 'too-large' });
    }
  });

  test('is sent as it is read, for longer than a deadline, and its rest is not read before its beginning has gone', async () => {
    const arrived = Promise.withResolvers<void>();
    const server = await serve((_request, response) => json(response, 200, { success: true }), arrived.resolve);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 12; sent += 1) {
        yield Buffer.alloc(64 * 1024, 65 + sent);
        await arrived.promise;
        await systemClock.sleep(150);
      }
    }
    const file = { field: 'file', name: 'a "b"\r\n.txt', contentType: 'text/plain', content: chunks() };
    await client(server.url, { deadlineMs: 1_500 }).post('rooms.media/GENERAL', {
      form: { fields: { description: 'ä' }, file },
    });
    const { headers, body } = server.seen[0]!;
    expect(headers['transfer-encoding']).toBe('chunked');
    expect(body).toContain('filename="a %22b%22%0D%0A.txt"');
    expect(body.match(/[A-L]{786432}/)?.[0]).toHaveLength(12 * 64 * 1024);
  });

  test('in memory is sent with its length', async () => {
    const server = await serve((_request, response) => json(response, 200, { success: true }));
    const file = { field: 'image', name: 'a.png', contentType: 'image/png', content: Buffer.from('PNG') };
    await client(server.url).post('users.setAvatar', { form: { fields: { userId: 'u' }, file } });
    const { headers, body } = server.seen[0]!;
    expect(headers['content-length']).toBe(String(body.length));
    expect(body).toMatch(
      /name="userId"\r\n\r\nu\r\n[^]*name="image"; filename="a.png"\r\nContent-Type: image\/png\r\n\r\nPNG\r\n--/,
    );
  });

  test('whose source fails is not taken for sent', async () => {
    const server = await serve((_request, response) => json(response, 200, { success: true }));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      throw new Error('disk gone');
    }
    const file = { field: 'file', name: 'a', contentType: 'text/plain', content: broken() };
    await expect(client(server.url).post('rooms.media/GENERAL', { form: { fields: {}, file } })).rejects.toMatchObject({
      failure: 'network',
    });
    expect(server.seen).toEqual([]);
  });

  test('from a stream is not sent a second time after a 429', async () => {
    const server = await serve((_request, response) => json(response, 429, tooMany, { 'retry-after': '2' }));
    async function* once(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
    }
    const file = { field: 'file', name: 'a', contentType: 'text/plain', content: once() };
    await expect(client(server.url).post('rooms.media/GENERAL', { form: { fields: {}, file } })).rejects.toMatchObject({
      status: 429,
      retryAfterMs: 2_000,
    });
    expect(server.seen).toHaveLength(1);
  });
});

test('a workspace below a path is reached there', async () => {
  const server = await serve((_request, response) => json(response, 200, { success: true }));
  await client(`${server.url}/chat/`).get('me', { query: { a: 'b c', none: undefined } });
  expect(server.seen[0]!.url).toBe('/chat/api/v1/me?a=b+c');
});

test('a workspace that names no version it could have is not a workspace', async () => {
  const { url } = await serve((_request, response) => json(response, 200, { success: true, version: 'Nextcloud' }));
  const api = createWorkspaceApi({ url, clock: systemClock, log: silentLog });
  await expect(api.info()).rejects.toMatchObject({
    failure: 'not-json',
    code: 'unexpected-answer',
    answer: expect.stringContaining('Nextcloud'),
  });
});

test('a workspace newer than any known says so once in the log', async () => {
  const logged: string[] = [];
  const { url } = await serve((_request, response) => json(response, 200, { success: true, version: '12.0' }));
  const api = createWorkspaceApi({ url, clock: systemClock, log: (_level, event) => logged.push(event) });
  await api.info();
  await api.info();
  expect(logged).toEqual(['workspace.version-unknown']);
});

test('more messages of one millisecond than a page may hold are asked for without pages', async () => {
  const at = '2026-01-01T00:00:00.000Z';
  const all = Array.from({ length: 150 }, (_, index) => ({ _id: `m${index}`, _updatedAt: at }));
  const server = await serve((request, response) => {
    const query = new URL(request.url, 'http://x').searchParams;
    if (request.url === '/api/info') return json(response, 200, { success: true, version: '8.8' });
    if (query.has('lastUpdate'))
      return json(response, 200, {
        success: true,
        result: { updated: all, deleted: [{ _id: 'gone', _deletedAt: at }] },
      });
    json(response, 200, {
      success: true,
      result: { updated: all.slice(0, 100), deleted: [], cursor: { next: String(Date.parse(at)), previous: null } },
    });
  });
  const api = createWorkspaceApi({ url: server.url, clock: systemClock, log: silentLog, credentials: account('bot') });
  const missed = await api.syncMessages('GENERAL' as WorkspaceRoomId, Date.parse(at));
  expect(missed.updated).toHaveLength(150);
  expect(missed.deleted).toEqual([{ id: 'gone' as MessageId, at: Date.parse(at) }]);
});
