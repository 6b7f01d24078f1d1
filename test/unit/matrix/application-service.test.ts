import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { call, listen, type Listener, raw, TOKEN, transaction } from './application-service-listener.ts';

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
    const events = Array.from({ length: 100 }, (_, index) => ({
      event_id: `$${index}`,
      content: { body: 'x'.repeat(200_000) },
    }));
    expect((await transaction(listener, 'big', events)).status).toBe(200);
    expect(listener.received[0]?.events).toHaveLength(100);
  });

  it('gets 413 for more than 128 MiB, announced or not', async () => {
    const listener = await listen();
    const head = (more: string): string =>
      `PUT /_matrix/app/v1/transactions/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n${more}\r\n\r\n`;
    expect(await raw(listener, head(`Content-Length: ${128 * 1024 * 1024 + 1}`), /M_TOO_LARGE/)).toMatch(
      /^HTTP\/1.1 413 /,
    );
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
    expect(await call(listener, 'PUT', '/_matrix/app/v1/transactions/1', { body })).toMatchObject({
      status,
      body: { errcode },
    });
    expect(listener.received).toEqual([]);
  });

  it.each([['{}'], ['{"events":null}'], ['{"events":"x"}'], ['{"events":{"0":{}}}']])(
    'that sends %s gets 200, since an error would stall every room, and the oddity is logged',
    async (body) => {
      const listener = await listen();
      expect(await call(listener, 'PUT', '/_matrix/app/v1/transactions/1', { body })).toEqual({
        status: 200,
        body: {},
      });
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
    expect(await call(listener, method, path, { token: null })).toMatchObject({
      status: 401,
      body: { errcode: 'M_UNAUTHORIZED' },
    });
    for (const token of ['wrong', `${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase()]) {
      expect(await call(listener, method, path, { token })).toMatchObject({
        status: 403,
        body: { errcode: 'M_FORBIDDEN' },
      });
    }
    expect((await call(listener, method, `${path}?access_token=wrong`, { token: null })).status).toBe(403);
    expect(listener.received).toEqual([]);
  });

  it('is answered before a byte of the body came', async () => {
    const listener = await listen();
    const head =
      'PUT /_matrix/app/v1/transactions/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer no\r\nContent-Length: 100000000\r\n\r\n';
    expect(await raw(listener, head, /M_FORBIDDEN/)).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('may be an older homeserver that sends the token in the query', async () => {
    const listener = await listen();
    const path = `/transactions/1?access_token=${TOKEN}`;
    expect((await call(listener, 'PUT', path, { token: null, body: '{"events":[]}' })).status).toBe(200);
  });
});

describe('a transaction with typing, receipts or presence', () => {
  const push = (listener: Listener, body: Record<string, unknown>) =>
    call(listener, 'PUT', '/_matrix/app/v1/transactions/1', { body: JSON.stringify(body) });
  const typing = { type: 'm.typing', room_id: '!r:example.org', content: { user_ids: [] } };
  const receipt = { type: 'm.receipt', room_id: '!r:example.org', content: {} };

  it.each([
    ['under the name of the spec', { ephemeral: [typing] }, [typing]],
    ['under the name of the proposal', { 'de.sorunome.msc2409.ephemeral': [typing] }, [typing]],
    ['under both, once', { ephemeral: [receipt], 'de.sorunome.msc2409.ephemeral': [receipt] }, [receipt]],
    ['empty under one', { ephemeral: [], 'de.sorunome.msc2409.ephemeral': [receipt, 5] }, [receipt, 5]],
  ])('hands them over %s, apart from the events', async (_name, body, expected) => {
    const seen: unknown[] = [];
    const listener = await listen({ onEphemeral: (events) => void seen.push(...events) });
    expect((await push(listener, { events: [1], ...body })).status).toBe(200);
    await expect.poll(() => seen).toEqual(expected);
    expect(listener.received).toEqual([{ id: '1', events: [1] }]);
  });

  it.each([[undefined], [null], ['typing'], [{ type: 'm.typing' }], [[]]])(
    'has none when it holds %j',
    async (value) => {
      const seen: unknown[] = [];
      const listener = await listen({ onEphemeral: (events) => void seen.push(events) });
      expect((await push(listener, { events: [], ephemeral: value })).status).toBe(200);
      await push(listener, { events: [], ephemeral: [typing] });
      await expect.poll(() => seen).toEqual([[typing]]);
    },
  );

  it.each<[string, () => void | Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('is answered with 200 when what takes them %s, which is logged', async (_name, onEphemeral) => {
    const listener = await listen({ onEphemeral });
    expect((await push(listener, { events: [1], ephemeral: [typing] })).status).toBe(200);
    expect(listener.received).toHaveLength(1);
    await expect.poll(() => listener.logged).toContain('application-service.ephemeral-failed');
  });

  it('is answered although what takes them never ends, and when nobody takes them', async () => {
    const stuck = await listen({ onEphemeral: () => new Promise(() => {}) });
    expect((await push(stuck, { events: [1], ephemeral: [typing] })).status).toBe(200);
    expect((await push(await listen(), { events: [1], ephemeral: [typing] })).status).toBe(200);
  });
});
