import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/core/clock.ts';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import type { MatrixRoomId, MatrixUserId, ServerName } from '../../../src/lib/core/ids.ts';
import { RemoteError } from '../../../src/lib/core/remote-error.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../../src/lib/matrix/client.ts';
import type { MatrixApi } from '../../../src/lib/matrix/types.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

/** A homeserver that gives these answers in turn, the last one for ever. */
async function scripted(
  answers: readonly Answer[],
  more: { clock?: Clock; deadlineMs?: number } = {},
): Promise<{ ghost: MatrixApi; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => answer?.(response, request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const bot = await createMatrixApi({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    userId: '@rcfed:example.org' as MatrixUserId,
    serverName: 'example.org' as ServerName,
    asToken: new Secret('as-secret'),
    clock: systemClock,
    log: () => {},
    ...more,
  });
  return { ghost: bot.as('@rc_bob:example.org' as MatrixUserId), asked };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const text =
  (status: number, body: string): Answer =>
  (response) =>
    void response.writeHead(status, { 'Content-Type': 'text/html' }).end(body);
const cut: Answer = (_response, request) => void request.socket.destroy();
const room = '!r:example.org' as MatrixRoomId;
const send = (api: MatrixApi): Promise<unknown> =>
  api.sendEvent(room, 'm.room.message', 'txn', { body: 'secret text' });
const failure = async (attempt: Promise<unknown>): Promise<RemoteError> => {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RemoteError);
  return error as RemoteError;
};

describe('a homeserver that does not answer as it should', () => {
  it.each<[string, Answer, Partial<RemoteError>]>([
    [
      'an error of its own',
      json(403, { errcode: 'M_FORBIDDEN', error: 'no' }),
      { failure: 'refused', status: 403, code: 'M_FORBIDDEN', answer: 'no' },
    ],
    ['an error without a code', json(500, {}), { failure: 'refused', status: 500 }],
    ['a page of a proxy', text(502, '<h1>Bad Gateway</h1>'), { failure: 'not-json', status: 502 }],
    ['a page that says 200', text(200, '<h1>Welcome</h1>'), { failure: 'not-json', status: 200 }],
    ['nothing', text(200, ''), { failure: 'not-json', status: 200 }],
    ['JSON that breaks off', text(500, '{"errcode":'), { failure: 'not-json', status: 500 }],
    ['a list', json(200, []), { failure: 'not-json', status: 200 }],
    ['an answer without the event id', json(200, { ok: true }), { failure: 'not-json' }],
    ['an event id of the wrong type', json(200, { event_id: 5 }), { failure: 'not-json' }],
    [
      'a long rate limit in the header',
      json(429, { errcode: 'M_LIMIT_EXCEEDED' }, { 'Retry-After': '30' }),
      { code: 'M_LIMIT_EXCEEDED', retryAfterMs: 30_000 },
    ],
    [
      'a long rate limit in the body',
      json(429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 9_000 }),
      { retryAfterMs: 9_000 },
    ],
    [
      'an absurd rate limit',
      json(429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 'soon' }, { 'Retry-After': 'x' }),
      { retryAfterMs: undefined },
    ],
    ['a cut connection, twice', cut, { failure: 'network' }],
    [
      'half an answer',
      (response) => void response.writeHead(200, { 'Content-Length': '50' }).write('{', () => response.destroy()),
      { failure: 'network' },
    ],
  ])('%s is a RemoteError that says so', async (_what, answer, fields) => {
    const { ghost } = await scripted([answer]);
    const error = await failure(send(ghost));
    expect(error).toMatchObject({
      side: 'homeserver',
      request: 'PUT /_matrix/client/v3/rooms/!r%3Aexample.org/send/m.room.message/txn',
      ...fields,
    });
    expect(JSON.stringify([error.message, error])).not.toMatch(/as-secret|secret text|user_id/);
  });

  it('that is not there is a network failure with its reason', async () => {
    const { ghost } = await scripted([json(200, {})]);
    stops.splice(0).forEach((stop) => stop());
    expect(await failure(ghost.whoami())).toMatchObject({ failure: 'network', answer: 'ECONNREFUSED' });
  });

  it('that says nothing, or not all, within the deadline is a timeout', async () => {
    const silent: Answer = () => {};
    const slow: Answer = (response) => void response.writeHead(200, { 'Content-Length': '50' }).write('{');
    for (const answer of [silent, slow]) {
      const passed = Promise.withResolvers<void>();
      const clock: Clock = {
        now: () => 0,
        sleep: (ms) => (ms === 7_000 ? passed.promise : Promise.reject(new Error(`${ms}`))),
      };
      const late: Answer = (response, request) => {
        answer(response, request);
        passed.resolve();
      };
      const { ghost, asked } = await scripted([late], { clock, deadlineMs: 7_000 });
      expect(await failure(send(ghost))).toMatchObject({ failure: 'timeout' });
      expect(asked).toHaveLength(1);
    }
  });

  it('and cuts one connection is asked once more with the same transaction id', async () => {
    const { ghost, asked } = await scripted([cut, json(200, { event_id: '$e' })]);
    expect(await send(ghost)).toBe('$e');
    expect(asked).toHaveLength(2);
    expect(asked[0]).toBe(asked[1]);
  });

  it('and cuts the connection while a room is made is not asked again: there would be two', async () => {
    const { ghost, asked } = await scripted([cut, json(200, { room_id: '!x' })]);
    expect(await failure(ghost.createRoom({ preset: 'public_chat', visibility: 'private' }))).toMatchObject({
      failure: 'network',
    });
    expect(asked).toHaveLength(1);
  });

  it('and asks for a moment of patience gets it, a long one is for the caller', async () => {
    const slept: number[] = [];
    const clock: Clock = {
      now: () => 0,
      // A deadline's sleep comes with a signal and never ends here.
      sleep: (ms, signal) => (signal === undefined ? Promise.resolve(void slept.push(ms)) : new Promise(() => {})),
    };
    const busy = json(429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 800 });
    const patient = await scripted([busy, busy, json(200, { event_id: '$e' })], { clock });
    expect(await send(patient.ghost)).toBe('$e');
    expect(slept).toEqual([800, 800]);
    const tired = await scripted([busy], { clock });
    expect(await failure(send(tired.ghost))).toMatchObject({ code: 'M_LIMIT_EXCEEDED', retryAfterMs: 800 });
    expect(tired.asked).toHaveLength(3);
  });
});

describe('media', () => {
  it('comes from the old endpoint where the server has no new one', async () => {
    const { ghost, asked } = await scripted([json(404, { errcode: 'M_UNRECOGNIZED' }), text(200, 'bytes')]);
    expect(Buffer.from((await ghost.media('mxc://example.org/abc', 10)).bytes).toString()).toBe('bytes');
    expect(asked.map((line) => line.split('?')[0])).toEqual([
      'GET /_matrix/client/v1/media/download/example.org/abc',
      'GET /_matrix/media/v3/download/example.org/abc',
    ]);
  });

  it('is never an error page, nor more than was asked for even when the length is not announced', async () => {
    const notFound = await scripted([text(404, '<h1>not found</h1>')]);
    expect(await failure(notFound.ghost.media('mxc://example.org/abc', 10))).toMatchObject({
      failure: 'not-json',
      status: 404,
    });
    const endless = await scripted([
      (response) => void response.writeHead(200).write('x'.repeat(100), () => response.end()),
    ]);
    expect(await failure(endless.ghost.media('mxc://example.org/abc', 99))).toMatchObject({ code: 'M_TOO_LARGE' });
  });

  it.each([
    'mxc://example.org',
    'mxc://example.org/a/b',
    'mxc://../abc',
    'mxc://example.org/..',
    'https://example.org/a',
    'mxc://example.org/a?b',
    '',
  ])('%j is not asked for', async (mxc) => {
    const { ghost, asked } = await scripted([text(200, 'x')]);
    expect(await failure(ghost.media(mxc, 10))).toMatchObject({ code: 'M_INVALID_PARAM' });
    expect(asked).toEqual([]);
  });
});

describe('a client', () => {
  it('never leaves its endpoint by a key that steps up in the path', async () => {
    const { ghost, asked } = await scripted([json(200, { event_id: '$e' })]);
    for (const key of ['.', '..'])
      expect(await failure(ghost.state(room, 'm.room.member', key))).toMatchObject({ code: 'M_INVALID_PARAM' });
    expect(asked).toEqual([]);
    await ghost.state(room, 'a/../b', '../../x');
    expect(asked[0]).toContain('/state/a%2F..%2Fb/..%2F..%2Fx?');
  });

  it('with an ordinary access token can not be made to act as somebody else', async () => {
    const alice = '@alice:example.org' as MatrixUserId;
    const api = await createMatrixApi({
      baseUrl: 'http://127.0.0.1:1',
      userId: alice,
      serverName: 'example.org' as ServerName,
      accessToken: new Secret('t'),
      clock: systemClock,
      log: () => {},
    });
    expect(api.as(alice).userId).toBe(alice);
    expect(() => api.as('@bob:example.org' as MatrixUserId)).toThrow(RcfedError);
  });
});
