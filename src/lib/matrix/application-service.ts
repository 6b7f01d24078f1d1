import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import { type Route, routeOf } from './application-service-routes.ts';
import { hsTokenCheck, type TokenCheck } from './hs-token.ts';
import { listenFailure } from './listen-failure.ts';
import { readTransaction } from './transaction-body.ts';
import type { ApplicationServiceHandlers } from './types.ts';

interface ApplicationServiceOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly hsToken: Secret;
  readonly handlers: ApplicationServiceHandlers;
  /** Answer of `GET /health/ready`; `GET /health/live` is true as long as somebody answers. Default: always ready. */
  readonly ready?: () => boolean;
  /** By path: what others than the homeserver may ask, who show whether they may in their own way. */
  readonly beside?: Readonly<Record<string, (request: IncomingMessage) => Promise<Answer>>>;
  readonly log: Log;
  readonly clock: Clock;
}

export interface ApplicationService {
  /** `http://127.0.0.1:29400` */
  readonly url: string;
  readonly port: number;
  /** Takes nothing new, lets the transaction under way finish and be answered, then closes all connections. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Synapse holds up every room's events while a query is open; unknown is the answer that harms least. */
const QUERY_MS = 100;
/** Synapse keeps a connection for 2 minutes; were we the first to close it, a transaction sent at that moment would count as failed. */
const KEEP_ALIVE_MS = 5 * 60_000;

const refused = (status: number, errcode: string, error: string): Answer => ({ status, body: { errcode, error } });
const DONE: Answer = { status: 200, body: {} };
const NOT_FOUND = refused(404, 'M_NOT_FOUND', 'Not known to the bridge');
const TOKEN_ANSWERS: Readonly<Record<Exclude<TokenCheck, 'right'>, Answer>> = {
  missing: refused(401, 'M_UNAUTHORIZED', 'The hs_token is missing'),
  wrong: refused(403, 'M_FORBIDDEN', 'The hs_token is wrong'),
};

/**
 * Listens for the homeserver (spec: Application Service API). A transaction is answered with 200 only
 * after `onTransaction` resolved, and one is handled strictly after the other, in the order in which
 * they were read. Throws `RCFED_PORT_IN_USE` or `RCFED_LISTEN_FAILED`.
 */
export async function startApplicationService(options: ApplicationServiceOptions): Promise<ApplicationService> {
  const working = new Set<Promise<void>>();
  const state = { closing: false };
  const answerTo = dispatcher(options);
  const server = createServer((request, response) => {
    const begun = { atWork: false };
    const done: Promise<void> = answerTo(request, () => {
      begun.atWork = true;
      working.add(done);
      return !state.closing;
    })
      .catch((error: unknown) => {
        // The connection broke while the body was read: there is nobody to answer.
        options.log('debug', 'application-service.cut', { reason: String(error) });
        response.destroy();
      })
      .then((answer) => (answer === undefined ? undefined : send(response, answer, state.closing)))
      .finally(() => working.delete(done));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    async close() {
      state.closing = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      while (working.size > 0) await Promise.all(working);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Says that the request was read and its work begins; false when the listener is closing and nothing may begin. */
type Begin = () => boolean;

function dispatcher(options: ApplicationServiceOptions): (request: IncomingMessage, begin: Begin) => Promise<Answer> {
  const check = hsTokenCheck(options.hsToken);
  const transaction = transactions(options);
  const answersBeside = new Map(Object.entries(options.beside ?? {}));
  return async (request, begin) => {
    const url = parsedUrl(request.url ?? '/');
    const beside = url === undefined ? undefined : answersBeside.get(url.pathname);
    if (beside !== undefined) return beside(request);
    const found = url === undefined ? undefined : routeOf(url.pathname);
    if (url === undefined || found === undefined) return refused(404, 'M_UNRECOGNIZED', 'Unknown path');
    if (found.method !== request.method) return refused(405, 'M_UNRECOGNIZED', `This path wants ${found.method}`);
    const { route } = found;
    if (route.kind === 'live') return { status: 200, body: { live: true } };
    if (route.kind === 'ready') return readiness(options.ready?.() ?? true);
    const token = check(request, url.searchParams);
    if (token !== 'right') {
      options.log('warn', 'application-service.refused', { token, path: url.pathname });
      return TOKEN_ANSWERS[token];
    }
    if (route.kind === 'transaction') return transaction(route.id, request, begin);
    return answerQuery(route, options);
  };
}

const readiness = (ready: boolean): Answer => ({ status: ready ? 200 : 503, body: { ready } });

function parsedUrl(target: string): URL | undefined {
  return URL.parse(target, 'http://listener') ?? undefined;
}

function transactions(
  options: ApplicationServiceOptions,
): (id: string, request: IncomingMessage, begin: Begin) => Promise<Answer> {
  let last: Promise<unknown> = Promise.resolve();
  return async (id, request, begin) => {
    const body = await readTransaction(request);
    if (body.kind === 'too-large') return refused(413, 'M_TOO_LARGE', 'More than 128 MiB');
    if (body.kind === 'not-json') return refused(400, 'M_NOT_JSON', 'The body is not JSON');
    if (body.kind === 'not-an-object') return refused(400, 'M_BAD_JSON', 'The body is not an object');
    if (body.complaint !== undefined)
      options.log('warn', 'application-service.odd-transaction', { id, why: body.complaint });
    if (!begin()) return refused(503, 'M_UNKNOWN', 'The bridge is stopping');
    handOverEphemeral(options, body.ephemeral);
    const turn = last.then(() => options.handlers.onTransaction(id, body.events));
    last = turn.catch(() => {});
    try {
      await turn;
      return DONE;
    } catch (error) {
      options.log('error', 'application-service.transaction-failed', { id, reason: String(error) });
      return refused(500, 'M_UNKNOWN', 'The transaction could not be stored');
    }
  };
}

/** Nobody waits for it: the answer to the homeserver depends on the events alone. */
function handOverEphemeral({ handlers, log }: ApplicationServiceOptions, events: readonly unknown[]): void {
  if (events.length === 0) return;
  Promise.resolve(events)
    .then((all) => handlers.onEphemeral?.(all))
    .catch((error: unknown) => log('warn', 'application-service.ephemeral-failed', { reason: String(error) }));
}

async function answerQuery(route: Route, options: ApplicationServiceOptions): Promise<Answer> {
  if (route.kind === 'ping') return DONE;
  if (route.kind === 'user')
    return (await known(route.kind, options, options.handlers.onUserQuery(route.userId))) ? DONE : NOT_FOUND;
  if (route.kind === 'alias')
    return (await known(route.kind, options, options.handlers.onAliasQuery(route.alias))) ? DONE : NOT_FOUND;
  return NOT_FOUND;
}

async function known(query: string, options: ApplicationServiceOptions, answer: Promise<boolean>): Promise<boolean> {
  const inTime = new AbortController();
  const late = options.clock.sleep(QUERY_MS, inTime.signal).then(
    () => {
      options.log('warn', 'application-service.slow-query', { query, ms: QUERY_MS });
      return false;
    },
    () => false,
  );
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    options.log('error', 'application-service.query-failed', { query, reason: String(error) });
    return false;
  } finally {
    inTime.abort();
  }
}

/**
 * Always with a Content-Length: Synapse takes an answer that ends with its connection for a failure.
 * Resolves when the answer left, or when nobody is there to take it.
 */
function send(response: ServerResponse, answer: Answer, last: boolean): Promise<void> {
  const body = Buffer.from(JSON.stringify(answer.body));
  return new Promise((resolve) => {
    response.once('close', resolve).once('finish', resolve);
    response.writeHead(answer.status, {
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      ...(last ? { Connection: 'close' } : {}),
    });
    response.end(body);
  });
}

function listen(server: Server, { host, port }: ApplicationServiceOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, host, port)));
    server.listen({ host, port }, resolve);
  });
}
