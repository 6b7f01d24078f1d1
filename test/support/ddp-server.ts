import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export interface DdpFrame {
  readonly msg?: string;
  readonly id?: string;
  readonly method?: string;
  readonly name?: string;
  readonly params?: readonly unknown[];
}

export interface DdpConnection {
  /** Subscriptions that are ready now: id to `stream key`. */
  readonly subscriptions: Map<string, string>;
  send(frame: object): void;
  sendText(text: string): void;
  /** Sends a stream event to whoever is subscribed to it here, once for each subscription. */
  emit(stream: string, name: string, args: readonly unknown[]): void;
  close(code: number): void;
  /** Cuts the TCP connection. */
  cut(): void;
}

/** What to answer instead: frames, or nothing at all. `undefined` leaves it to the server. */
type Script = (frame: DdpFrame, connection: DdpConnection) => readonly object[] | undefined;

export interface DdpServer {
  readonly url: string;
  readonly connections: DdpConnection[];
  /** Every frame received, over all connections. */
  readonly received: DdpFrame[];
  script: Script;
  readonly current: DdpConnection;
  stop(): Promise<void>;
}

/**
 * A server that speaks DDP as far as a test needs it to misbehave; everything good is tested with the
 * sandbox. Its whole REST API is `/api/info`.
 */
export async function startDdpServer(tls?: { key: string; cert: string }): Promise<DdpServer> {
  const rest: RequestListener = (request, response) => {
    const known = request.url === '/api/info';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ? { success: true, version: '8.8' } : { success: false }));
  };
  const http = tls ? createTlsServer(tls, rest) : createServer(rest);
  const sockets = new WebSocketServer({ server: http, path: '/websocket' });
  const server: Omit<DdpServer, 'url' | 'current' | 'stop'> = {
    connections: [],
    received: [],
    script: () => undefined,
  };
  sockets.on('connection', (socket) => {
    const connection = connectionOver(socket);
    server.connections.push(connection);
    socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString()) as DdpFrame;
      server.received.push(frame);
      for (const answer of server.script(frame, connection) ?? usualAnswer(frame, connection)) connection.send(answer);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const stoppable = {
    url: `http${tls ? 's' : ''}://127.0.0.1:${(http.address() as AddressInfo).port}`,
    get current(): DdpConnection {
      const last = server.connections.at(-1);
      if (!last) throw new Error('nobody has connected');
      return last;
    },
    async stop() {
      for (const connection of server.connections) connection.cut();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return Object.defineProperties(server, Object.getOwnPropertyDescriptors(stoppable)) as DdpServer;
}

function connectionOver(socket: WebSocket): DdpConnection {
  const subscriptions = new Map<string, string>();
  const send = (frame: object): void => socket.send(JSON.stringify(frame));
  return {
    subscriptions,
    send,
    sendText: (text) => socket.send(text),
    emit(stream, name, args) {
      for (const subscribed of subscriptions.values()) {
        if (subscribed === `${stream} ${name}`)
          send({ msg: 'changed', collection: stream, id: 'id', fields: { eventName: name, args } });
      }
    },
    close: (code) => socket.close(code),
    cut: () => socket.terminate(),
  };
}

function usualAnswer(frame: DdpFrame, { subscriptions }: DdpConnection): object[] {
  const { msg, id = '' } = frame;
  if (msg === 'connect') return [{ server_id: '0' }, { msg: 'connected', session: 's' }];
  if (msg === 'ping') return [{ msg: 'pong' }];
  if (msg === 'method')
    return [
      { msg: 'result', id, result: { id: 'bot', token: 'token' } },
      { msg: 'updated', methods: [id] },
    ];
  if (msg === 'sub') {
    subscriptions.set(id, `${frame.name} ${String(frame.params?.[0])}`);
    return [{ msg: 'ready', subs: [id] }];
  }
  if (msg === 'unsub') {
    subscriptions.delete(id);
    return [{ msg: 'nosub', id }];
  }
  return [];
}
