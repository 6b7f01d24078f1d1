import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { BridgeService } from '../bridge/service/views.ts';
import type { Clock } from '../core/clock.ts';
import { DeadlinePassed, withDeadline } from '../core/deadline.ts';
import { RcfedError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { asRcfedError } from '../output/failure.ts';
import type { Authorise } from './authorise.ts';
import { type Listening, listenOnPort, listenOnSocket } from './listen.ts';
import { operations } from './operations.ts';
import type { AssertRight } from './person-rights.ts';
import { readBody } from './request-body.ts';
import { failureAnswer, type WireAnswer } from './wire.ts';

export interface AdminServerOptions {
  readonly listen:
    | { readonly socket: string; readonly platform: NodeJS.Platform }
    | { readonly host: string; readonly port: number };
  readonly authorise: Authorise;
  /** Asked for callers who are no admins. */
  readonly assertRight: AssertRight;
  /** Requests wait for it: the API listens before the bridge has started. */
  readonly service: Promise<BridgeService>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AdminServer {
  /** Path of the socket, or `HOST:PORT`. */
  readonly address: string;
  /** Takes nothing new, answers what is under way within a bound, closes all connections. */
  close(): Promise<void>;
}

/** Linking a room with a slow homeserver takes seconds, not minutes. */
const OPERATION_MS = 120_000;
const REQUEST_MS = 10_000;
const CLOSING_MS = 3000;

/**
 * The admin API: `POST /v1/<operation>` with JSON, answered by `{ok, data}` or `{ok, error}`. It is a
 * listener of its own, so that the homeserver's never leads here.
 * @throws RcfedError RCFED_ADMIN_IN_USE, RCFED_ADMIN_ADDRESS, RCFED_PORT_IN_USE, RCFED_LISTEN_FAILED
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const working = new Set<Promise<void>>();
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 1000 },
    (request, response) => {
      const done: Promise<void> = answerTo(options, request)
        .then((answer) => send(response, answer))
        .catch(() => void response.destroy())
        .finally(() => working.delete(done));
      working.add(done);
    },
  );
  const { listen } = options;
  const listening: Listening = await ('socket' in listen
    ? listenOnSocket(server, listen.socket, listen.platform)
    : listenOnPort(server, listen.host, listen.port));
  return {
    address: listening.address,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      const inTime = new AbortController();
      await Promise.race([Promise.all(working), options.clock.sleep(CLOSING_MS, inTime.signal).catch(() => {})]);
      inTime.abort();
      server.closeAllConnections();
      await closed;
      listening.release();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: WireAnswer;
}

async function answerTo(options: AdminServerOptions, request: IncomingMessage): Promise<Answer> {
  try {
    return { status: 200, body: { ok: true, data: await performed(options, request) } };
  } catch (error) {
    const known = error instanceof DeadlinePassed ? outOfTime() : asRcfedError(error);
    if (known.code === 'RCFED_BUG') options.log('error', 'admin.failed', { path: request.url, reason: String(error) });
    else options.log('debug', 'admin.refused', { path: request.url, code: known.code });
    return { status: statusOf(known), body: failureAnswer(known) };
  }
}

async function performed(options: AdminServerOptions, request: IncomingMessage): Promise<unknown> {
  const caller = await options.authorise(request.headers);
  const name = /^\/v1\/([a-z-]+)$/.exec(request.url ?? '')?.[1] ?? '';
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined || request.method !== 'POST') {
    throw new RcfedError(
      'RCFED_BRIDGE_OUTDATED',
      `The bridge does not know ${request.method} ${request.url?.slice(0, 100)}`,
    );
  }
  const body = await readBody(request);
  return await withDeadline({ clock: options.clock, ms: OPERATION_MS }, async () =>
    operation.run(await options.service, body, caller, options.assertRight),
  );
}

const outOfTime = (): RcfedError =>
  new RcfedError('RCFED_TIMEOUT', `The bridge did not finish within ${OPERATION_MS / 1000} s`);

/** For logs of proxies; our own client reads the body alone. */
function statusOf({ code, exit }: RcfedError): number {
  if (code === 'RCFED_BRIDGE_OUTDATED') return 404;
  if (exit === 2) return 400;
  if (exit === 4) return 403;
  return exit === 70 ? 500 : 409;
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
  });
  response.end(bytes);
}
