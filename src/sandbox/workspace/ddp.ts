import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { WorkspaceEvent } from './bus.ts';
import { createSession, type Session } from './ddp-session.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { createStreams } from './streams.ts';
import type { Workspace } from './workspace.ts';

/** Community switches presence off for everybody above this many connections. */
const PRESENCE_CONNECTIONS = 200;

export interface Realtime {
  /** Connections that are open now. */
  connections(): number;
  /** Destroys every realtime socket, without a closing frame. */
  cut(): void;
  close(): void;
}

/** The realtime API at `/websocket`: DDP over plain WebSocket. Sessions and subscriptions live here alone. */
export function createRealtime(workspace: Workspace, server: Server, limiter: () => RateLimiter): Realtime {
  const sockets = new WebSocketServer({ noServer: true });
  const sessions = new Map<Session, WebSocket>();
  const streams = createStreams(workspace);

  server.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url ?? '/', 'http://sandbox');
    if (pathname !== '/websocket') return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (webSocket) => open(webSocket));
  });

  function open(webSocket: WebSocket): void {
    const session = createSession(workspace, streams, limiter, {
      send: (frame) => webSocket.send(frame),
      close: () => webSocket.close(),
      terminate: () => webSocket.terminate(),
    });
    sessions.set(session, webSocket);
    if (sessions.size > PRESENCE_CONNECTIONS) workspace.settings.set('Presence_broadcast_disabled', true);
    webSocket.on('message', (data: Buffer) => session.receive(data.toString('utf8')));
    // A reset connection is an ordinary end; `close` follows.
    webSocket.on('error', () => undefined);
    webSocket.on('close', () => {
      sessions.delete(session);
      session.ended();
    });
  }

  const stopListening = workspace.bus.listen((event: WorkspaceEvent) => {
    streams.deliver(event);
    if (event.kind !== 'logout') return;
    for (const session of sessions.keys()) {
      if (session.hashedToken !== undefined && event.hashedTokens.has(session.hashedToken)) session.close();
    }
  });

  const cut = (): void => {
    for (const webSocket of sessions.values()) webSocket.terminate();
  };
  return {
    connections: () => sessions.size,
    cut,
    close() {
      stopListening();
      cut();
      sockets.close();
    },
  };
}
