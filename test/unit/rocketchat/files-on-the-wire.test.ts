import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { WorkspaceRoomId, WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { silentLog } from '../../../src/lib/core/log.ts';
import { RemoteError } from '../../../src/lib/core/remote-error.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createWorkspaceApi } from '../../../src/lib/rocketchat/api.ts';
import type { FileToUpload } from '../../../src/lib/rocketchat/file-types.ts';
import type { WorkspaceApi } from '../../../src/lib/rocketchat/types.ts';
import { startHttpServer } from '../../support/http-server.ts';

const ends: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const note = (): FileToUpload => ({
  fileName: 'note.txt',
  contentType: 'text/plain',
  size: 5,
  body: (async function* () {
    yield Buffer.from('he');
    yield Buffer.from('llo');
  })(),
});

const textOf = async (body: ReadableStream<Uint8Array>): Promise<string> => new Response(body).text();

/** A server on the loopback that does with its sockets what it likes. */
async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a file on the wire', () => {
  const apiOf = (url: string, deadlineMs = 20_000): WorkspaceApi =>
    createWorkspaceApi({
      url,
      credentials: { userId: 'u' as WorkspaceUserId, token: new Secret('top secret') },
      clock: systemClock,
      log: silentLog,
      deadlineMs,
    });
  const roomId = 'GENERAL' as WorkspaceRoomId;
  const answers = async (file: unknown): Promise<Awaited<ReturnType<typeof startHttpServer>>> => {
    const server = await startHttpServer(({ url }, response) => {
      const body = url === '/api/info' ? { version: '8.8', success: true } : { file, success: true };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    ends.push(() => server.stop());
    return server;
  };

  test('a file of known size is announced with its length, one of unknown size comes in chunks', async () => {
    const server = await answers({ _id: 'f' });
    await apiOf(server.url).beginUpload(roomId, note(), {});
    await apiOf(server.url).beginUpload(roomId, { ...note(), size: undefined }, {});
    const [known, unknown] = server.seen.filter(({ url }) => url !== '/api/info');
    expect(known?.headers).toMatchObject({ 'content-length': String(known?.body.length) });
    expect(known?.headers).not.toHaveProperty('transfer-encoding');
    expect(unknown?.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
    for (const seen of [known, unknown]) expect(seen?.body).toMatch(/\r\n\r\nhello\r\n--rcfed-/);
  });

  test.each([4, 6])('a file of 5 bytes that was announced as %i is not taken for sent', async (size) => {
    const server = await answers({ _id: 'f' });
    await expect(apiOf(server.url).beginUpload(roomId, { ...note(), size }, {})).rejects.toMatchObject({
      failure: 'network',
    });
  });

  test('a file whose source breaks off fails with what the source says', async () => {
    const server = await answers({ _id: 'f' });
    const gone = new RemoteError({ side: 'homeserver', failure: 'timeout', request: 'GET /media' });
    const body = (async function* () {
      yield Buffer.from('he');
      throw gone;
    })();
    await expect(apiOf(server.url).beginUpload(roomId, { ...note(), body }, {})).rejects.toBe(gone);
  });

  test('a file is read no faster than the server takes it', async () => {
    const url = await listen((request, response) => {
      if (request.url !== '/api/info') return request.pause();
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"version":"8.8","success":true}');
    });
    let read = 0;
    let closed = false;
    const body = (async function* () {
      try {
        for (; read < 512; read += 1) yield Buffer.alloc(1024 * 1024);
      } finally {
        closed = true;
      }
    })();
    const file = { ...note(), size: 512 * 1024 * 1024, body };
    await expect(apiOf(url, 3_000).beginUpload(roomId, file, {})).rejects.toMatchObject({
      failure: 'timeout',
    });
    expect(read).toBeLessThan(64);
    await expect.poll(() => closed).toBe(true);
  });

  test('a proxy that refuses a file before it has it is heard', async () => {
    const url = await listen((request, response) => {
      if (request.url === '/api/info')
        return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"version":"8.8"}');
      request.on('error', () => undefined);
      response.writeHead(413, { 'content-type': 'text/html', connection: 'close' }).end('<h1>too large</h1>');
    });
    const body = (async function* () {
      for (let sent = 0; sent < 64; sent += 1) yield Buffer.alloc(1024 * 1024);
    })();
    const api = apiOf(url);
    const file = { ...note(), size: 64 * 1024 * 1024, body };
    await expect(api.beginUpload(roomId, file, {})).rejects.toMatchObject({
      failure: 'refused',
      status: 413,
      code: 'error-file-too-large',
    });
  });

  test('only files are asked for, whatever a message says', async () => {
    const server = await answers({});
    const paths = [
      '/api/v1/users.list',
      'https://example.org/file-upload/a/b',
      '/file-upload/',
      '/file-upload/../api',
      '',
    ];
    for (const path of paths)
      await expect(apiOf(server.url).downloadFile(path, 10)).rejects.toMatchObject({ code: 'not-a-file' });
    for (const name of ['..', '%2e%2e', '../../api/v1/me', 'a?b#c', '%'])
      await (await apiOf(server.url).downloadFile(`/file-upload/id/${name}`, 100))?.body.cancel();
    expect(server.seen.map(({ url }) => url)).toEqual([
      '/file-upload/id/file',
      '/file-upload/id/file',
      '/file-upload/id/..%2F..%2Fapi%2Fv1%2Fme',
      '/file-upload/id/a%3Fb%23c',
      '/file-upload/id/%25',
    ]);
  });

  test('a file store elsewhere is asked without the token', async () => {
    const bucket = await startHttpServer((_request, response) => response.end('from the bucket'));
    ends.push(() => bucket.stop());
    const server = await startHttpServer((_request, response) =>
      response.writeHead(302, { location: `${bucket.url}/key?signature=1` }).end(),
    );
    ends.push(() => server.stop());
    const download = await apiOf(server.url).downloadFile('/file-upload/1/a', 100);
    expect(await textOf(download!.body)).toBe('from the bucket');
    expect(server.seen[0]?.headers).toMatchObject({ 'x-auth-token': 'top secret' });
    expect(JSON.stringify(bucket.seen)).not.toContain('top secret');
  });

  test('an endless file is cut at the limit, a stalled one at the deadline, a broken one at its end', async () => {
    const url = await listen((request, response) => {
      response.writeHead(200, request.url?.endsWith('broken') === true ? { 'content-length': '1000' } : {});
      if (request.url?.endsWith('endless') === true) {
        const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536), more));
        more();
      } else {
        response.write('beginning', () => {
          if (request.url?.endsWith('broken') === true) response.destroy();
        });
      }
    });
    const whole = async (name: string, deadlineMs?: number): Promise<string> =>
      textOf((await apiOf(url, deadlineMs).downloadFile(`/file-upload/1/${name}`, 1_000_000))!.body);
    await expect(whole('endless')).rejects.toMatchObject({ code: 'too-large' });
    await expect(whole('stalled', 200)).rejects.toMatchObject({ failure: 'timeout' });
    await expect(whole('broken')).rejects.toMatchObject({ failure: 'network' });
  });
});
