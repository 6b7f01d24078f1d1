import { createServer, type IncomingMessage, request as forward } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxy {
  readonly url: string;
  /** `host:port` of each tunnel or forwarded request that was asked for, and the credentials that came with it. */
  readonly passed: { readonly to: string; readonly authorization: string | undefined }[];
  /** Status that everything is refused with, if set. */
  refusal: number | undefined;
  stop(): Promise<void>;
}

/** A proxy on the loopback: tunnels, and forwards requests that name a whole URL. It passes no upgrades on. */
export async function startConnectProxy(): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const proxy: Pick<ConnectProxy, 'passed' | 'refusal'> = { passed: [], refusal: undefined };
  const note = (to: string, { headers }: IncomingMessage): void => {
    proxy.passed.push({ to, authorization: headers['proxy-authorization'] });
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '');
    note(url.host, request);
    if (proxy.refusal !== undefined) return void response.writeHead(proxy.refusal).end();
    request.pipe(
      forward(url, { method: request.method ?? 'GET', headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on('connect', (request, client: Socket) => {
    const to = request.url ?? '';
    note(to, request);
    if (proxy.refusal !== undefined) return void client.end(`HTTP/1.1 ${proxy.refusal} Refused\r\n\r\n`);
    const [host = '', port = ''] = to.split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
