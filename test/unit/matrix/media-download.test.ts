import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/core/clock.ts';
import { bytes, failure, ghostOn, json, MXC, redirect, server } from './media-homeserver.ts';

const read = async (file: { body: ReadableStream<Uint8Array> }): Promise<string> => text(file.body);
describe('a download', () => {
  it('comes from the old endpoint where the server has no new one, and lets that redirect', async () => {
    const homeserver = await server(json(404, { errcode: 'M_UNRECOGNIZED' }), bytes('picture'));
    const ghost = await ghostOn(homeserver.url);
    expect(await read(await ghost.downloadStream(MXC, { limit: 10 }))).toBe('picture');
    expect(homeserver.asked.map(({ path }) => path)).toEqual([
      '/_matrix/client/v1/media/download/example.org/abc',
      '/_matrix/media/v3/download/example.org/abc',
    ]);
    expect(homeserver.asked[0]?.query.get('user_id')).toBe('@rc_bob:example.org');
    expect(homeserver.asked[1]?.query.get('allow_redirect')).toBe('true');
  });

  it.each([301, 302, 303, 307, 308])(
    'follows a redirect (%i) without giving our token to another host',
    async (status) => {
      const cdn = await server(
        redirect(() => `${homeserver.url}/back`, 302),
        bytes('never'),
      );
      const homeserver = await server(
        redirect(() => `${cdn.url}/signed?key=1`, status),
        bytes('picture'),
      );
      const ghost = await ghostOn(homeserver.url);
      expect(await read(await ghost.downloadStream(MXC, { limit: 10 }))).toBe('picture');
      expect(homeserver.asked.map(({ token }) => token)).toEqual(['Bearer as-secret', undefined]);
      expect(cdn.asked.map(({ path, token }) => ({ path, token }))).toEqual([{ path: '/signed', token: undefined }]);
    },
  );

  it('keeps the token on the homeserver itself, and takes a target without a host', async () => {
    const homeserver = await server(
      redirect(() => '/elsewhere'),
      bytes('picture'),
    );
    expect(await read(await (await ghostOn(homeserver.url)).downloadStream(MXC, { limit: 10 }))).toBe('picture');
    expect(homeserver.asked.map(({ path, token }) => [path, token])).toEqual([
      ['/_matrix/client/v1/media/download/example.org/abc', 'Bearer as-secret'],
      ['/elsewhere', 'Bearer as-secret'],
    ]);
  });

  it.each([
    ['round and round', '/again'],
    ['to a file', 'file:///etc/passwd'],
    ['to data', 'data:text/plain,x'],
    ['to nothing', 'http://'],
  ])('does not go %s', async (_where, to) => {
    const homeserver = await server(redirect(() => to));
    const error = await failure((await ghostOn(homeserver.url)).downloadStream(MXC, { limit: 10 }));
    expect(error).toMatchObject({ failure: 'refused', code: undefined });
    expect(error.answer).toMatch(/redirect/);
    expect(homeserver.asked.length).toBeLessThanOrEqual(6);
  });

  it.each([401, 403, 404])('refused (%i) by where we were sent says nothing about our token', async (status) => {
    const cdn = await server((response) => void response.writeHead(status).end('<Error/>'));
    const homeserver = await server(redirect(() => cdn.url));
    const error = await failure((await ghostOn(homeserver.url)).downloadStream(MXC, { limit: 10 }));
    expect(error).toMatchObject({ failure: 'refused', status: undefined, code: undefined });
    expect(error.answer).toContain(String(status));
  });

  it('that is longer than the limit is refused at once when it is declared, else when it is read', async () => {
    const declared = await server(bytes('x'.repeat(11), { 'Content-Length': '11' }));
    expect(await failure((await ghostOn(declared.url)).downloadStream(MXC, { limit: 10 }))).toMatchObject({
      code: 'M_TOO_LARGE',
      details: { size: 11 },
    });
    const endless = await server((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1000)));
      };
      response.writeHead(200).on('drain', more);
      more();
    });
    const file = await (await ghostOn(endless.url)).downloadStream(MXC, { limit: 100_000 });
    expect(file.size).toBeUndefined();
    expect(await failure(read(file))).toMatchObject({ code: 'M_TOO_LARGE' });
  });

  it('that comes compressed unasked has no known size, and the limit is for what comes out', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    const homeserver = await server((response, request) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': bomb.length }).end(bomb);
    });
    const file = await (await ghostOn(homeserver.url)).downloadStream(MXC, { limit: 100_000 });
    expect(file.size).toBeUndefined();
    expect(await failure(read(file))).toMatchObject({ code: 'M_TOO_LARGE' });
  });

  it('that breaks off is a network failure, never a shorter file', async () => {
    const homeserver = await server(
      (response) => void response.writeHead(200, { 'Content-Length': '50' }).write('x', () => response.destroy()),
    );
    const file = await (await ghostOn(homeserver.url)).downloadStream(MXC, { limit: 100 });
    expect(await failure(read(file))).toMatchObject({ failure: 'network', side: 'homeserver' });
  });

  it('in which nothing comes any more is a timeout, and who reads slowly is none', async () => {
    const naps: { end: () => void; ended: boolean }[] = [];
    const clock: Clock = {
      now: () => 0,
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          const nap = { end: resolve, ended: false };
          naps.push(nap);
          signal?.addEventListener('abort', () => {
            nap.ended = true;
            reject(new Error('woken'));
          });
        }),
    };
    const homeserver = await server((response) => void response.writeHead(200, { 'Content-Length': '50' }).write('x'));
    const file = await (await ghostOn(homeserver.url, { clock, deadlineMs: 1000 })).downloadStream(MXC, { limit: 100 });
    const reader = file.body.getReader();
    expect((await reader.read()).value).toHaveLength(1);
    expect(naps.every(({ ended }) => ended)).toBe(true);
    const next = failure(reader.read());
    await expect.poll(() => naps.filter(({ ended }) => !ended)).toHaveLength(1);
    naps.at(-1)?.end();
    expect(await next).toMatchObject({ failure: 'timeout' });
  });

  it('that nobody wants any more closes its connection', async () => {
    const closed = Promise.withResolvers<void>();
    const homeserver = await server((response) => {
      response.on('close', () => closed.resolve());
      response.writeHead(200, { 'Content-Length': '50' }).write('x');
    });
    const file = await (await ghostOn(homeserver.url)).downloadStream(MXC, { limit: 100 });
    await file.body.cancel();
    await closed.promise;
  });
});
