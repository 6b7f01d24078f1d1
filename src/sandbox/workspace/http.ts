import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerControl, type Controls } from './control.ts';
import { emojiAnswer } from './custom-emoji.ts';
import { avatarAnswer, fileAnswer } from './downloads.ts';
import type { FaultRule } from './faults.ts';
import { may } from './access.ts';
import { authenticated, header } from './credentials.ts';
import { limiterHeaders, type Rest, type RestAnswer } from './rest.ts';
import type { UploadedPart } from './route.ts';
import type { Workspace } from './workspace.ts';

/** Told of each request before it acts: for tests that hold a client to the API's schemas. */
export type RequestHook = (method: string, path: string, bodyOrQuery: unknown) => void;

const BODY_LIMIT = 128 * 1024 * 1024;

export function createRequestHandler(
  workspace: Workspace,
  rest: () => Rest,
  controls: Controls,
  onRequest: RequestHook | undefined,
): (request: IncomingMessage, response: ServerResponse) => void {
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', 'http://sandbox');
    if (url.pathname.startsWith('/_sandbox/')) {
      const body = await readBody(request);
      return write(
        workspace,
        response,
        await answerControl(workspace, controls, { method, url, body, headers: request.headers }),
      );
    }
    const fault = workspace.faults.take(method, `${url.pathname}${url.search}`, header(request.headers, 'x-user-id'));
    if (fault?.action === 'cut') return void request.socket.destroy();
    const body = await readBody(request);
    if (fault?.action === 'delay') await workspace.clock.sleep(fault.delayMs ?? 1000, workspace.lifetime.signal);
    const instead = fault === undefined ? undefined : answerInstead(workspace, fault);
    if (instead !== undefined) return write(workspace, response, instead);
    const answer = await actualAnswer(workspace, rest(), request, { method, url, body }, onRequest);
    if (fault?.action === 'late-answer') await workspace.clock.sleep(fault.delayMs ?? 1000, workspace.lifetime.signal);
    if (fault?.action === 'drop-answer') return void request.socket.destroy();
    if (fault?.action === 'break-off') return breakOff(response, answer);
    write(workspace, response, answer);
  }
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      // The client went away, or the server is stopping: there is nobody to tell.
      if (request.socket.destroyed || response.destroyed || workspace.lifetime.signal.aborted)
        return void response.destroy();
      const body = JSON.stringify({
        success: false,
        error: error instanceof Error ? error.message : 'Internal server error',
      });
      write(workspace, response, { status: 500, headers: { 'Content-Type': 'application/json' }, body });
    });
  };
}

function answerInstead(workspace: Workspace, fault: FaultRule): RestAnswer | undefined {
  const waitMs = fault.delayMs ?? 1000;
  if (fault.action === 'status') return { status: fault.status ?? 503, headers: {}, body: '' };
  if (fault.action === 'html') {
    return {
      status: fault.status ?? 502,
      headers: { 'Content-Type': 'text/html' },
      body: '<html><body><h1>502 Bad Gateway</h1></body></html>',
    };
  }
  if (fault.action !== 'too-many-requests') return undefined;
  const seconds = Math.ceil(waitMs / 1000);
  const error = `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again. [error-too-many-requests]`;
  const limits = limiterHeaders(
    { allowed: false, limit: 10, remaining: 0, timeToResetMs: waitMs },
    workspace.clock.now(),
  );
  return {
    status: 429,
    headers: { ...limits, 'Content-Type': 'application/json' },
    body: JSON.stringify({ success: false, error }),
  };
}

async function actualAnswer(
  workspace: Workspace,
  rest: Rest,
  request: IncomingMessage,
  { method, url, body }: { method: string; url: URL; body: Buffer },
  onRequest: RequestHook | undefined,
): Promise<RestAnswer> {
  const { pathname } = url;
  const { headers } = request;
  if (pathname === '/api/info') return infoAnswer(workspace, headers);
  if (pathname.startsWith('/emoji-custom/'))
    return emojiAnswer(workspace, decodeURIComponent(pathname.slice('/emoji-custom/'.length)));
  const download = /^\/(avatar\/room|avatar|file-upload)\/([^/]+)/.exec(pathname);
  if (download !== null) {
    const name = decodeURIComponent(download[2] ?? '');
    if (download[1] === 'file-upload') return fileAnswer(workspace, name, url, headers);
    const of = download[1] === 'avatar' ? { username: name } : { roomId: name };
    return avatarAnswer(workspace, of, url, headers);
  }
  if (!pathname.startsWith('/api/v1/'))
    return { status: 404, headers: { 'Content-Type': 'text/html' }, body: '<html><body>Not Found</body></html>' };
  const query = queryOf(url);
  const parsed = await parseBody(header(headers, 'content-type') ?? '', body);
  if (parsed === undefined) {
    return {
      status: 400,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ success: false, error: 'Invalid JSON' }),
    };
  }
  if (parsed.files.length === 0) onRequest?.(method, pathname, method === 'GET' ? query : parsed.fields);
  return rest.answer({
    method,
    path: pathname.slice('/api/v1/'.length),
    query,
    body: parsed.fields,
    files: parsed.files,
    headers,
    ip: request.socket.remoteAddress ?? '',
  });
}

/** Major and minor for everybody; the full version for those with `view-statistics`. */
function infoAnswer(workspace: Workspace, headers: IncomingMessage['headers']): RestAnswer {
  const { version } = workspace.dialect;
  const account = authenticated(workspace, headers)?.account;
  const full = account !== undefined && may(workspace, account, 'view-statistics');
  const body = full
    ? { version, info: { version }, success: true }
    : { version: version.replace(/(\d+\.\d+).*/, '$1'), success: true };
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** `types[]=c&types[]=p` is a list named `types`, and so is a key given twice. */
function queryOf(url: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const key of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(key);
    const name = key.replace(/\[\d*\]$/, '');
    query[name] = values.length > 1 || name !== key ? values : (values[0] ?? '');
  }
  return query;
}

async function parseBody(type: string, body: Buffer): Promise<{ fields: unknown; files: UploadedPart[] } | undefined> {
  if (type.startsWith('multipart/form-data')) return parseMultipart(type, body);
  if (body.length === 0) return { fields: {}, files: [] };
  try {
    return { fields: JSON.parse(body.toString('utf8')) as unknown, files: [] };
  } catch {
    return undefined;
  }
}

async function parseMultipart(type: string, body: Buffer): Promise<{ fields: unknown; files: UploadedPart[] }> {
  const form = await new Response(new Uint8Array(body), { headers: { 'Content-Type': type } }).formData();
  const fields: Record<string, string> = {};
  const files: UploadedPart[] = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] = value;
    else files.push({ name, filename: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  return { fields, files };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new Error('Request entity too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function write(workspace: Workspace, response: ServerResponse, { status, headers, body }: RestAnswer): void {
  const payload = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, {
    Date: new Date(workspace.clock.now()).toUTCString(),
    'Content-Length': payload.length,
    ...headers,
  });
  response.end(payload);
}

/** The headers, which announce all of it, and half of the body. */
function breakOff(response: ServerResponse, { status, headers, body }: RestAnswer): void {
  const payload = Buffer.from(body as Uint8Array);
  response.writeHead(status, { ...headers, 'Content-Length': payload.length });
  response.write(payload.subarray(0, payload.length / 2), () => response.destroy());
}
