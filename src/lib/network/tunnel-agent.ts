import { Agent, type ClientRequestArgs, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';

interface TunnelOptions {
  readonly proxy: URL;
  /** TLS inside the tunnel: the server is asked for by https or wss. */
  readonly secure: boolean;
  /** Replaces Node's trusted certificates, for the server and for a proxy behind https. */
  readonly ca: readonly string[] | undefined;
}

/** A proxy that has not answered by then is given up; the caller's own deadline is usually shorter. */
const PROXY_ANSWERS_WITHIN_MS = 30_000;

/**
 * An agent whose connections run through a proxy's CONNECT: Node's own proxy support sends requests
 * for http URLs to the proxy itself, which does not pass WebSocket upgrades on.
 */
export function createTunnelAgent(options: TunnelOptions): Agent {
  // Node insists on an agent of the request's own protocol.
  const agent = options.secure ? new HttpsAgent() : new Agent();
  agent.createConnection = (target, callback) => {
    const done = (error: Error | null, socket?: Socket): void => callback?.(error, socket as Socket);
    openTunnel(options, target).then(
      (socket) => done(null, socket),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
    return undefined;
  };
  return agent;
}

async function openTunnel({ proxy, secure, ca }: TunnelOptions, target: ClientRequestArgs): Promise<Socket> {
  const host = target.host ?? 'localhost';
  const socket = await connectThrough(proxy, authority(host, target.port ?? (secure ? 443 : 80)), ca);
  if (!secure) return socket;
  return tlsConnect({
    socket,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 ? { servername: host } : { host }),
    ...(ca ? { ca: [...ca] } : {}),
  });
}

function authority(host: string, port: string | number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-connect */
function connectThrough(proxy: URL, path: string, ca: readonly string[] | undefined): Promise<Socket> {
  const request = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asking = request({
      hostname: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port === '' ? (proxy.protocol === 'https:' ? 443 : 80) : proxy.port,
      method: 'CONNECT',
      path,
      headers: { host: path, ...authorization(proxy) },
      agent: false,
      timeout: PROXY_ANSWERS_WITHIN_MS,
      ...(ca ? { ca: [...ca] } : {}),
    });
    asking.on('connect', (response, socket, head) => {
      socket.setTimeout(0);
      if (response.statusCode !== 200) {
        socket.destroy();
        return reject(new Error(`the proxy ${proxy.host} answered ${response.statusCode} to CONNECT`));
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.on('timeout', () => asking.destroy(new Error(`the proxy ${proxy.host} does not answer`)));
    asking.on('error', reject);
    asking.end();
  });
}

/** Name and password in the proxy's URL, as Basic credentials. */
export function authorization(proxy: URL): { 'proxy-authorization'?: string } {
  if (proxy.username === '') return {};
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
