import type { Agent } from 'node:http';
import { directFetch } from './direct-fetch.ts';
import { namesProxy, type ProxyEnvironment, proxyFor } from './proxy-choice.ts';

/** How the program reaches the servers: everything that is sent goes through these. */
export interface Network {
  readonly fetch: typeof globalThis.fetch;
  /** The agent for a WebSocket to this URL (https or wss, http or ws); `undefined` for a plain connection. */
  readonly webSocketAgent: (url: string) => Agent | undefined;
  /** Closes idle connections. */
  close(): Promise<void>;
}

interface NetworkOptions {
  /** PEM file of certificates to trust besides Node's own. */
  readonly caFile?: string | undefined;
  /** `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`. */
  readonly env: ProxyEnvironment;
}

/**
 * Without a proxy and without a CA file: Node's own fetch, and nothing is loaded.
 * @throws RcfedError RCFED_FILE_UNREADABLE for the CA file, RCFED_PROXY_INVALID for a variable.
 */
export async function createNetwork({ caFile, env }: NetworkOptions): Promise<Network> {
  if (caFile === undefined && !namesProxy(env)) {
    return { fetch: directFetch, webSocketAgent: () => undefined, close: async () => {} };
  }
  for (const url of ['http://example.org', 'https://example.org']) proxyFor(new URL(url), env);
  const ca = caFile === undefined ? undefined : await (await import('./ca-file.ts')).trustedWith(caFile);
  const { fetch, close } = await routedFetch(env, ca);
  const { Agent: HttpsAgent } = await import('node:https');
  const { createTunnelAgent } = await import('./tunnel-agent.ts');
  return {
    fetch,
    webSocketAgent(address) {
      const url = new URL(address);
      const secure = url.protocol === 'https:' || url.protocol === 'wss:';
      const proxy = proxyFor(url, env);
      if (proxy) return createTunnelAgent({ proxy, secure, ca });
      return secure && ca ? new HttpsAgent({ ca: [...ca] }) : undefined;
    },
    close,
  };
}

/** The fetch of the undici package: Node's own takes no dispatcher of another undici than its inner one. */
async function routedFetch(
  env: ProxyEnvironment,
  ca: readonly string[] | undefined,
): Promise<Pick<Network, 'fetch' | 'close'>> {
  const undici = await import('undici');
  const { authorization } = await import('./tunnel-agent.ts');
  const tls = ca ? { ca: [...ca] } : {};
  const direct = new undici.Agent({ connect: tls });
  const proxies = new Map<string, InstanceType<typeof undici.ProxyAgent>>();
  const dispatcherFor = (url: URL): InstanceType<typeof undici.Dispatcher> => {
    const proxy = proxyFor(url, env);
    if (!proxy) return direct;
    const known = proxies.get(proxy.href);
    if (known) return known;
    const token = authorization(proxy)['proxy-authorization'];
    const agent = new undici.ProxyAgent({
      uri: proxy.origin,
      ...(token === undefined ? {} : { token }),
      requestTls: tls,
      proxyTls: tls,
    });
    proxies.set(proxy.href, agent);
    return agent;
  };
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<unknown> => {
    const url = new URL(input instanceof Request ? input.url : input);
    return await undici.fetch(input as never, { ...(init as object), dispatcher: dispatcherFor(url) });
  };
  return {
    fetch: fetch as typeof globalThis.fetch,
    async close() {
      await Promise.all([direct, ...proxies.values()].map((agent) => agent.close()));
    },
  };
}
