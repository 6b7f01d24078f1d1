import type { Agent } from 'node:http';
import type { ClientOptions, WebSocket } from 'ws';
import type { Clock } from '../core/clock.ts';
import { DeadlinePassed, withDeadline } from '../core/deadline.ts';
import type { Log } from '../core/log.ts';
import { RemoteError } from '../core/remote-error.ts';
import { ddpRefusal, unanswered } from './ddp-errors.ts';
import { type OpenRealtime, type RealtimeConnection, runRealtimeSession } from './realtime-session.ts';
import type { RealtimeHandlers, RealtimeSession, WorkspaceCredentials } from './types.ts';

export interface RealtimeOptions {
  readonly url: string;
  readonly credentials: WorkspaceCredentials;
  readonly clock: Clock;
  readonly log: Log;
  readonly handlers: RealtimeHandlers;
  /** Makes the WebSocket's TCP or TLS connection: a proxy, an own CA. Default: directly, with Node's CAs. */
  readonly agent?: Agent | undefined;
  /** A ping goes out this often. Default 20 s. */
  readonly pingEveryMs?: number | undefined;
  /** After a ping something must arrive within this time, or the connection is deaf. Default 10 s. */
  readonly pongWithinMs?: number | undefined;
  /** For the handshake, the login and each subscription. Default 20 s. */
  readonly deadlineMs?: number | undefined;
  /** Longest pause between two tries to connect; they begin at half a second. Default 30 s. */
  readonly longestPauseMs?: number | undefined;
}

/** What is used of the driver's socket (`lib/drivers/ddp` of the SDK), with the names it has there. */
interface SdkSocket {
  host: string;
  connection: unknown;
  subscriptions: Record<string, unknown>;
  ping: () => Promise<void>;
  onOpen(callback: () => void): Promise<unknown>;
  onMessage(event: { data: string }): void;
  send(message: object): Promise<unknown>;
  login(credentials: { resume: string }): Promise<unknown>;
  subscribe(name: string, params: unknown[]): Promise<{ id?: string }>;
  unsubscribe(id: string): Promise<unknown>;
  on(type: string, listener: (frame: Frame) => void): void;
  off(type: string): void;
  emit(type: string, value: unknown): void;
}

/** A DDP message: https://github.com/meteor/meteor/blob/devel/packages/ddp/DDP.md */
interface Frame {
  readonly id?: string;
  readonly fields?: { readonly eventName?: unknown; readonly args?: unknown };
}

const STREAMS = ['stream-room-messages', 'stream-notify-room', 'stream-notify-logged', 'stream-notify-user'];
const MAX_FRAME_BYTES = 100 * 1024 * 1024;
const FAREWELL_MS = 2_000;
const quiet = (): void => {};
/** The SDK logs tokens (its login line) and everything received. */
const quietLogger = { debug: quiet, info: quiet, warn: quiet, warning: quiet, error: quiet };

/** An account's realtime session over `@rocket.chat/sdk`; docs/notes/rocketchat-sdk.md tells what is done around it. */
export function createRealtime(options: RealtimeOptions): RealtimeSession {
  return runRealtimeSession({ ...options, userId: options.credentials.userId, open: openWith(options) });
}

function openWith(options: RealtimeOptions): OpenRealtime {
  const { clock } = options;
  const deadlineMs = options.deadlineMs ?? 20_000;
  return async (onEvent, signal) => {
    const [ddp, { WebSocket }] = await Promise.all([driverSocket(options.url), import('ws')]);
    const line = lineOf(ddp, onEvent);
    const within = async <T>(request: string, work: () => Promise<T>): Promise<T> => {
      try {
        return await withDeadline({ clock, ms: deadlineMs, signal }, () =>
          // Some of the SDK's promises never settle; the loss of the connection ends them all.
          Promise.race([work(), line.lost.then((reason) => Promise.reject(new Error(reason)))]),
        );
      } catch (error) {
        if (error instanceof RemoteError) throw error;
        if (error instanceof DeadlinePassed) line.lose(`${request} was not answered within ${deadlineMs} ms`);
        throw error instanceof Error ? unanswered(request, error) : ddpRefusal(request, error);
      }
    };
    try {
      await within('connect', () => connect(ddp, line, () => new WebSocket(ddp.host, webSocketOptions(options.agent))));
    } catch (error) {
      line.lose('no connection');
      throw error;
    }
    void watch(ddp, line, options);
    return connectionOver(ddp, line, within, options);
  };
}

/**
 * A driver for one connection only. The SDK would use one for many, and then doubles the
 * subscriptions with each: they stay in its map under their old ids and are made again from it.
 */
async function driverSocket(url: string): Promise<SdkSocket> {
  const { Rocketchat } = await import('@rocket.chat/sdk');
  const { host, pathname, protocol } = new URL(url);
  const client = new Rocketchat({
    host: `${host}${pathname.replace(/\/+$/, '')}`,
    useSsl: protocol === 'https:',
    protocol: 'ddp',
    logger: quietLogger,
  });
  return ((await client.socket) as unknown as { ddp: SdkSocket }).ddp;
}

/** What is known of one connection's life: how much arrived, and that it ends once. */
interface Line {
  readonly lost: Promise<string>;
  readonly ended: AbortSignal;
  lose(reason: string): void;
  frames: number;
  /** Ends the TCP connection; replaced when there is one. */
  cut: () => void;
}

function lineOf(ddp: SdkSocket, onEvent: Parameters<OpenRealtime>[0]): Line {
  const ended = new AbortController();
  const { promise: lost, resolve } = Promise.withResolvers<string>();
  const line: Line = {
    lost,
    ended: ended.signal,
    frames: 0,
    cut: quiet,
    lose(reason) {
      if (ended.signal.aborted) return;
      ended.abort();
      line.cut();
      resolve(reason);
    },
  };
  // The SDK's pings end in its own recovery, which would work on the same socket: there must be one, ours.
  ddp.ping = async () => {};
  for (const stream of STREAMS) {
    ddp.on(stream, ({ fields }) => {
      if (ended.signal.aborted || typeof fields?.eventName !== 'string' || !Array.isArray(fields.args)) return;
      onEvent(stream, fields.eventName, fields.args);
    });
  }
  // The SDK does not know `nosub`: a refused subscription would wait for ever.
  ddp.on('nosub', (frame) => {
    if (frame.id === undefined) return;
    if (Object.hasOwn(ddp.subscriptions, frame.id)) line.lose('the server ended a subscription');
    else ddp.emit(frame.id, frame);
  });
  return line;
}

/** In place of the SDK's `open`, which takes no agent and sets a timer for its own recovery. */
async function connect(ddp: SdkSocket, line: Line, dial: () => WebSocket): Promise<void> {
  const socket = dial();
  ddp.connection = socket;
  line.cut = () => socket.terminate();
  // A ping is answered with its id; the SDK leaves it out.
  ddp.off('ping');
  ddp.on('ping', ({ id }) => socket.send(JSON.stringify(id === undefined ? { msg: 'pong' } : { msg: 'pong', id })));
  socket.on('message', (data) => {
    line.frames += 1;
    try {
      ddp.onMessage({ data: (data as Buffer).toString() });
    } catch (error) {
      line.lose(
        `something that arrived could not be taken: ${error instanceof Error ? error.message : 'no reason given'}`,
      );
    }
  });
  // Also 1000: to the SDK a connection that the server closes in good order is not lost.
  socket.on('close', (code) => line.lose(`closed with code ${code}`));
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => void ddp.onOpen(resolve).catch(reject));
  });
}

/** Uncompressed: a deflate context for each connection costs more memory than messages are large. */
function webSocketOptions(agent: Agent | undefined): ClientOptions {
  return { ...(agent ? { agent } : {}), perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES };
}

/** Pings, and takes a connection on which nothing follows a ping for dead. */
async function watch(
  ddp: SdkSocket,
  line: Line,
  { clock, pingEveryMs = 20_000, pongWithinMs = 10_000 }: RealtimeOptions,
): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(pingEveryMs, line.ended);
      const before = line.frames;
      // Each request leaves a listener there; nothing ever emits or removes it.
      ddp.off('disconnected');
      ddp.send({ msg: 'ping' }).catch(quiet);
      await clock.sleep(pongWithinMs, line.ended);
      if (line.frames === before) line.lose(`nothing arrived within ${pongWithinMs} ms after a ping`);
    }
  } catch {
    // The line has ended.
  }
}

function connectionOver(
  ddp: SdkSocket,
  line: Line,
  within: <T>(request: string, work: () => Promise<T>) => Promise<T>,
  { credentials, clock }: RealtimeOptions,
): RealtimeConnection {
  return {
    lost: line.lost,
    ended: line.ended,
    drop: (reason) => line.lose(reason),
    async login() {
      await within('login', () => ddp.login({ resume: credentials.token.reveal() }));
    },
    subscribe: (stream, key) =>
      within(`sub ${stream}`, async () => {
        const { id } = await ddp.subscribe(stream, [key, { useCollection: false, args: [] }]);
        if (id === undefined) throw ddpRefusal(`sub ${stream}`, { error: 'nosub' });
        return id;
      }),
    async unsubscribe(id) {
      await within('unsub', () => ddp.unsubscribe(id));
    },
    async close() {
      const socket = ddp.connection as { close(code: number): void };
      socket.close(1000);
      await Promise.race([line.lost, clock.sleep(FAREWELL_MS, line.ended).catch(quiet)]);
      line.lose('closed');
    },
  };
}
