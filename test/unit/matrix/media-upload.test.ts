import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/core/clock.ts';
import { generatedFile } from '../../support/generated-file.ts';
import { type Answer, failure, ghostOn, json, MXC, server } from './media-homeserver.ts';

describe('an upload', () => {
  it('goes no faster than the homeserver takes it', async () => {
    const gate = Promise.withResolvers<void>();
    const homeserver = await server(
      (response, request) => void gate.promise.then(() => request.resume().on('end', () => response.end('{}'))),
    );
    let asked = 0;
    const size = 64 * 1024 * 1024;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const piece of generatedFile(size)) {
        asked += piece.byteLength;
        yield piece;
      }
    }
    const done = (await ghostOn(homeserver.url)).uploadStream(MXC, counted(), { size, contentType: 'video/mp4' });
    let last = 0;
    const stands = (): boolean => {
      const same = asked > 0 && asked === last;
      last = asked;
      return same;
    };
    await expect.poll(stands, { interval: 100, timeout: 10_000 }).toBe(true);
    expect(asked).toBeLessThan(size / 2);
    gate.resolve();
    await done;
    expect(asked).toBe(size);
  });

  it('that the homeserver takes no more of is a timeout; waiting for the file is none', async () => {
    const naps = new Set<() => void>();
    const clock: Clock = {
      now: () => 0,
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          naps.add(resolve);
          signal?.addEventListener('abort', () => {
            naps.delete(resolve);
            reject(new Error('woken'));
          });
        }),
    };
    const homeserver = await server((_response, request) => void request.resume());
    const slow = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    async function* pieces(): AsyncGenerator<Uint8Array> {
      asked.resolve();
      await slow.promise;
      yield Buffer.from('12345');
    }
    const ghost = await ghostOn(homeserver.url, { clock, deadlineMs: 1000 });
    const failed = failure(ghost.uploadStream(MXC, pieces(), { size: 5, contentType: 'text/plain' }));
    await asked.promise;
    expect(naps.size).toBe(0);
    slow.resolve();
    await expect.poll(() => naps.size).toBe(1);
    for (const end of naps) end();
    expect(await failed).toMatchObject({ failure: 'timeout' });
  });

  it('that is answered before its pieces have come to their end leaves no deadline behind', async () => {
    const naps = new Set<() => void>();
    const clock: Clock = {
      now: () => 0,
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          naps.add(resolve);
          signal?.addEventListener('abort', () => {
            naps.delete(resolve);
            reject(new Error('woken'));
          });
        }),
    };
    const homeserver = await server((response, request) => request.once('data', () => response.end('{}')));
    const answered = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('12345');
      await answered.promise;
      ended.resolve();
    }
    const ghost = await ghostOn(homeserver.url, { clock, deadlineMs: 1000 });
    await ghost.uploadStream(MXC, pieces(), { size: 5, contentType: 'text/plain' });
    answered.resolve();
    await ended.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(naps.size).toBe(0);
  });

  it('is not sent a second time by itself when the connection is cut', async () => {
    const homeserver = await server((_response, request) => void request.socket.destroy());
    const ghost = await ghostOn(homeserver.url);
    expect(
      await failure(ghost.uploadStream(MXC, generatedFile(10), { size: 10, contentType: 'text/plain' })),
    ).toMatchObject({ failure: 'network' });
    expect(homeserver.asked).toHaveLength(1);
  });
});

describe('the upload limit', () => {
  it.each<[string, Answer[], number | undefined]>([
    ['of the new endpoint', [json(200, { 'm.upload.size': 5 })], 5],
    ['of the old one', [json(404, { errcode: 'M_UNRECOGNIZED' }), json(200, { 'm.upload.size': 7 })], 7],
    ['that is not said', [json(200, {})], undefined],
    ['that is nonsense', [json(200, { 'm.upload.size': '5' })], undefined],
    ['below zero', [json(200, { 'm.upload.size': -1 })], undefined],
  ])('%s', async (_name, answers, expected) => {
    expect(await (await ghostOn((await server(...answers)).url)).uploadLimit()).toBe(expected);
  });

  it('that is refused is told', async () => {
    const ghost = await ghostOn((await server(json(401, { errcode: 'M_UNKNOWN_TOKEN' }))).url);
    expect(await failure(ghost.uploadLimit())).toMatchObject({ code: 'M_UNKNOWN_TOKEN' });
  });
});
