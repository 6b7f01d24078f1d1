import type { IncomingMessage, ServerResponse } from 'node:http';
import { RcfedError } from '../../lib/core/errors.ts';
import { parseRegistration } from '../../lib/matrix/registration.ts';
import type { Registration } from '../../lib/matrix/types.ts';
import type { FaultRule } from './faults.ts';
import { type Answer, jsonBody, type MatrixRequest, readBody, sendAnswer } from './http.ts';
import { badJson, forbidden, MatrixError } from './matrix-error.ts';
import { createRouter } from './router.ts';
import { accountRoutes } from './routes/account-routes.ts';
import { clientRoutes } from './routes/client-routes.ts';
import { directoryRoutes } from './routes/directory-routes.ts';
import { ephemeralRoutes } from './routes/ephemeral-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { faultRoutes } from './routes/fault-routes.ts';
import { mediaRoutes } from './routes/media-routes.ts';
import { profileRoutes } from './routes/profile-routes.ts';
import { roomRoutes } from './routes/room-routes.ts';
import { serverRoutes } from './routes/server-routes.ts';
import type { Homeserver } from './state.ts';
import type { RestartMode } from './types.ts';
import { isUpload, receiveUpload } from './uploads.ts';

const route = createRouter([
  serverRoutes,
  accountRoutes,
  profileRoutes,
  roomRoutes,
  eventRoutes,
  directoryRoutes,
  mediaRoutes,
  ephemeralRoutes,
  clientRoutes,
  faultRoutes,
]);

const html =
  '<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Something is in the way</h1></body></html>';

/** What the sandbox's own API does with the homeserver as a whole. */
export interface Control {
  restart(mode: RestartMode): Promise<void>;
  /** As a graceful restart with that registration among the others, but connections that wait for nothing stay. */
  load(registration: Registration): void;
}

/** Reads a request, applies a fault that matches, acts and answers. Never rejects. */
export async function answerRequest(
  hs: Homeserver,
  message: IncomingMessage,
  response: ServerResponse,
  control: Control,
): Promise<void> {
  const { memory } = hs;
  try {
    const url = new URL(message.url ?? '/', 'http://localhost');
    const method = message.method ?? 'GET';
    if (method === 'OPTIONS') return sendAnswer(response, { json: {} });
    const upload = isUpload(method, url.pathname) ? await receiveUpload(hs, message) : undefined;
    const body = upload === undefined ? await readBody(message) : Buffer.alloc(0);
    const request = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: message.headers,
      body,
      ...(upload === undefined ? {} : { upload }),
      gone: goneSignal(response),
    };
    // A page in a browser may reach loopback too, and always says where it is from.
    if (url.pathname.startsWith('/_sandbox/') && message.headers.origin !== undefined)
      throw forbidden('Not for browsers');
    if (method === 'POST' && url.pathname === '/_sandbox/restart')
      return await restartOnDemand({ ...request, params: {} }, response, control);
    if (method === 'POST' && url.pathname === '/_sandbox/registrations')
      return sendAnswer(response, await loadRegistration(hs, body, control));
    const fault = url.pathname.startsWith('/_sandbox/') ? undefined : hs.faults.take('request', method, url.pathname);
    if (fault !== undefined && (await interfere(hs, fault, message, response)) === 'done') return;
    const { handler, params } = route(method, url.pathname);
    const answer = await handler(hs, { ...request, params });
    if (fault?.action === 'late-answer') await hs.clock.sleep(fault.delayMs ?? 1000, memory.life.signal);
    if (fault?.action === 'drop-answer' || memory.life.signal.aborted) message.socket.destroy();
    else sendAnswer(response, answer);
  } catch (error) {
    if (memory.life.signal.aborted) message.socket.destroy();
    else sendAnswer(response, failure(error));
  }
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('The caller went away')));
  return gone.signal;
}

async function interfere(
  hs: Homeserver,
  fault: FaultRule,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<'done' | 'go on'> {
  if (fault.action === 'cut') {
    message.socket.destroy();
    return 'done';
  }
  if (fault.action === 'html') {
    sendAnswer(response, {
      status: fault.status ?? 200,
      bytes: Buffer.from(html),
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
    });
    return 'done';
  }
  if (fault.action === 'status' || fault.action === 'too-many-requests') {
    const status = fault.action === 'status' ? (fault.status ?? 500) : 429;
    const errcode = fault.errcode ?? (status === 429 ? 'M_LIMIT_EXCEEDED' : 'M_UNKNOWN');
    const wait = fault.retryAfterMs ?? 1000;
    const slow = status === 429 ? { retry_after_ms: wait } : {};
    const headers: Record<string, string> = status === 429 ? { 'Retry-After': String(Math.ceil(wait / 1000)) } : {};
    sendAnswer(response, { status, json: { errcode, error: 'A fault of the sandbox', ...slow }, headers });
    return 'done';
  }
  if (fault.action === 'delay') await hs.clock.sleep(fault.delayMs ?? 1000, hs.memory.life.signal);
  return 'go on';
}

/** `POST /_sandbox/restart {"mode":"graceful"|"kill"}`: answers first, then restarts. */
async function restartOnDemand(request: MatrixRequest, response: ServerResponse, { restart }: Control): Promise<void> {
  const mode = jsonBody(request, 'allowed')['mode'] === 'kill' ? 'kill' : 'graceful';
  const sent = new Promise<void>((resolve) => {
    response.once('close', () => resolve());
  });
  sendAnswer(response, { json: { mode }, headers: { Connection: 'close' } });
  await sent;
  await restart(mode);
}

/** `POST /_sandbox/registrations` with a registration file, YAML or JSON; one with the same id is replaced. */
async function loadRegistration(hs: Homeserver, body: Buffer, control: Control): Promise<Answer> {
  const registration = await parseRegistration(body.toString('utf8')).catch((error: unknown) => {
    throw error instanceof RcfedError ? badJson(error.message) : error;
  });
  const { id, prefix, senderLocalpart, serverName } = registration;
  if (serverName !== hs.serverName)
    throw badJson(`The registration is for ${serverName}, and this is ${hs.serverName}.`);
  control.load(registration);
  return { json: { id, prefix, sender: `@${senderLocalpart}:${serverName}` } };
}

function failure(error: unknown): Answer {
  if (error instanceof MatrixError) return { status: error.status, json: error.body };
  return { status: 500, json: { errcode: 'M_UNKNOWN', error: 'Internal server error' } };
}
