import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { silentLog } from '../../../src/lib/core/log.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createNetwork, type Network } from '../../../src/lib/network/network.ts';
import { createWorkspaceApi } from '../../../src/lib/rocketchat/api.ts';
import { createRealtime } from '../../../src/lib/rocketchat/realtime.ts';
import type { WorkspaceApi } from '../../../src/lib/rocketchat/types.ts';
import { makeCa, type ThrowAwayCa } from '../../../src/sandbox/synapse/authority.ts';
import { type ConnectProxy, startConnectProxy } from '../../support/connect-proxy.ts';
import { type DdpServer, startDdpServer } from '../../support/ddp-server.ts';

let ca: ThrowAwayCa;
let plain: DdpServer;
let secure: DdpServer;
let proxy: ConnectProxy;
const networks: Network[] = [];

beforeAll(async () => {
  ca = makeCa();
  [plain, secure, proxy] = await Promise.all([startDdpServer(), startDdpServer(ca.server), startConnectProxy()]);
});

afterEach(async () => {
  await Promise.all(networks.splice(0).map((network) => network.close()));
  proxy.passed.length = 0;
  proxy.refusal = undefined;
});

afterAll(async () => {
  await Promise.all([plain.stop(), secure.stop(), proxy.stop()]);
  ca.remove();
});

async function reach(options: Parameters<typeof createNetwork>[0]): Promise<Network> {
  const made = await createNetwork(options);
  networks.push(made);
  return made;
}

function rest(url: string, { fetch }: Network): WorkspaceApi {
  return createWorkspaceApi({ url, clock: systemClock, log: silentLog, fetch });
}

/** Connects and logs in over WebSocket, or says why not. */
async function realtime(url: string, { webSocketAgent }: Network): Promise<void> {
  const failures: string[] = [];
  const gaveUp = new AbortController();
  const session = createRealtime({
    url,
    credentials: { userId: 'bot' as WorkspaceUserId, token: new Secret('token') },
    clock: systemClock,
    log: (_level, event, fields) => {
      if (event !== 'realtime.no-connection') return;
      failures.push(String(fields?.['error']));
      gaveUp.abort(new Error(failures.join()));
    },
    handlers: { onEvent() {}, onReady() {}, onLost() {}, onRefused() {} },
    agent: webSocketAgent(url),
  });
  try {
    await session.start(gaveUp.signal);
  } finally {
    await session.close();
  }
}

const through = (server: DdpServer): { to: string }[] =>
  proxy.passed.filter(({ to }) => to === new URL(server.url).host);

test('without proxy and CA file requests are Node’s own', async () => {
  const { fetch, webSocketAgent } = await reach({ env: { NO_PROXY: '*' } });
  expect(fetch).toBe(globalThis.fetch);
  expect(webSocketAgent('wss://chat.example.org')).toBeUndefined();
});

test('a server with a certificate of one’s own CA is trusted with its file, over REST and WebSocket', async () => {
  const trusting = await reach({ caFile: ca.caFile, env: {} });
  expect((await rest(secure.url, trusting).info()).version).toBe('8.8');
  await realtime(secure.url, trusting);
});

test('the same server is not trusted without it', async () => {
  const strict = await reach({ env: {} });
  await expect(rest(secure.url, strict).info()).rejects.toMatchObject({
    failure: 'network',
    answer: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  });
  await expect(realtime(secure.url, strict)).rejects.toThrow('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  expect(proxy.passed).toEqual([]);
});

test('nor through a proxy, which must not weaken the check', async () => {
  const strict = await reach({ env: { HTTPS_PROXY: proxy.url } });
  await expect(rest(secure.url, strict).info()).rejects.toMatchObject({
    failure: 'network',
    answer: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  });
  await expect(realtime(secure.url, strict)).rejects.toThrow('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});

test('HTTPS_PROXY carries REST and WebSocket to a server of one’s own CA', async () => {
  const both = await reach({ caFile: ca.caFile, env: { HTTPS_PROXY: proxy.url } });
  await rest(secure.url, both).info();
  expect(through(secure)).toHaveLength(1);
  await realtime(secure.url, both);
  expect(through(secure)).toHaveLength(2);
  await rest(plain.url, both).info();
  await realtime(plain.url, both);
  expect(through(plain)).toEqual([]);
});

test('HTTP_PROXY carries REST and WebSocket without TLS, with its name and password', async () => {
  const url = new URL(proxy.url);
  url.username = 'me@work';
  url.password = 'p:w';
  const proxied = await reach({ env: { http_proxy: url.href } });
  await rest(plain.url, proxied).info();
  await realtime(plain.url, proxied);
  const authorization = `Basic ${Buffer.from('me@work:p:w').toString('base64')}`;
  const to = new URL(plain.url).host;
  expect(proxy.passed).toEqual([
    { to, authorization },
    { to, authorization },
  ]);
});

test('NO_PROXY keeps REST and WebSocket away from the proxy', async () => {
  const exempt = await reach({
    caFile: ca.caFile,
    env: { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: 'example.org, 127.0.0.1' },
  });
  for (const server of [plain, secure]) {
    await rest(server.url, exempt).info();
    await realtime(server.url, exempt);
  }
  expect(proxy.passed).toEqual([]);
});

test('a proxy that refuses is named', async () => {
  proxy.refusal = 407;
  const refused = await reach({ env: { HTTP_PROXY: proxy.url } });
  await expect(rest(plain.url, refused).info()).rejects.toMatchObject({ failure: 'network' });
  await expect(realtime(plain.url, refused)).rejects.toThrow(
    `the proxy ${new URL(proxy.url).host} answered 407 to CONNECT`,
  );
});

test('a proxy that does not listen is a network failure', async () => {
  const gone = await reach({ env: { HTTP_PROXY: 'http://127.0.0.1:9' } });
  await expect(rest(plain.url, gone).info()).rejects.toMatchObject({ failure: 'network', answer: 'ECONNREFUSED' });
  await expect(realtime(plain.url, gone)).rejects.toThrow('ECONNREFUSED');
});

test('a CA file that is missing, empty or damaged is named at once', async () => {
  const file = join(ca.folder, 'broken.pem');
  const unreadable = { code: 'RCFED_FILE_UNREADABLE', message: expect.stringContaining(file) };
  await expect(createNetwork({ caFile: file, env: {} })).rejects.toMatchObject(unreadable);
  writeFileSync(file, 'not PEM');
  await expect(createNetwork({ caFile: file, env: {} })).rejects.toMatchObject(unreadable);
  writeFileSync(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  await expect(createNetwork({ caFile: file, env: {} })).rejects.toMatchObject(unreadable);
});

test('a proxy variable that is no HTTP proxy is named at once, without its password', async () => {
  const env = { HTTPS_PROXY: 'socks5://me:geheim@127.0.0.1:1080' };
  const error = await createNetwork({ env }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'RCFED_PROXY_INVALID', message: expect.stringContaining('HTTPS_PROXY') });
  expect(JSON.stringify(error) + String(error)).not.toContain('geheim');
});
