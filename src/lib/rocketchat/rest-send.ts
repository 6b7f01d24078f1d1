import { DeadlinePassed, withDeadline } from '../core/deadline.ts';
import { RemoteError } from '../core/remote-error.ts';
import { directFetch } from '../network/direct-fetch.ts';
import type { encodeMultipart } from './multipart.ts';
import type { RestOptions, RestRequest } from './rest.ts';
import type { WorkspaceCredentials } from './types.ts';

export interface RestAttempt {
  readonly method: 'GET' | 'POST';
  readonly endpoint: string;
  readonly request: RestRequest;
  /** Method and path, as errors name it. */
  readonly name: string;
  readonly url: URL;
}

const DEFAULT_DEADLINE_MS = 20_000;
const MAX_REDIRECTS = 3;

/**
 * One request under its deadline, its answer read by `read`.
 * @throws RemoteError `network`, `timeout`, or what `read` throws.
 */
export async function sendOnce<T>(
  options: RestOptions,
  attempt: RestAttempt,
  form: ReturnType<typeof encodeMultipart> | undefined,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const ms = attempt.request.deadlineMs ?? options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  let source: RemoteError | undefined;
  const noteSource = (error: unknown): void => {
    if (error instanceof RemoteError) source = error;
  };
  try {
    return await withDeadline({ clock: options.clock, ms, signal: options.signal }, async (signal, extend) => {
      const init: RequestInit = { method: attempt.method, redirect: 'manual', signal };
      const body = form?.body();
      if (body instanceof Uint8Array) {
        init.body = body;
      } else if (body) {
        init.body = ReadableStream.from(withProgress(body, extend, noteSource));
        init.duplex = 'half';
        // Whoever may be redirected has a second copy of the body kept in memory, as a whole.
        init.redirect = 'error';
      } else if (attempt.request.body) {
        init.body = encodeJson(attempt.request.body);
      }
      const contentType = form?.contentType ?? (init.body === undefined ? undefined : 'application/json');
      // fetch counts what is in memory itself.
      const length = init.duplex === 'half' ? form?.length : undefined;
      return await read(await follow(options, attempt, init, { contentType, length }));
    });
  } catch (error) {
    // What broke off is the file's source, on whichever side that is, and not this request.
    throw source ?? unreached(attempt.name, error);
  }
}

/** A lone surrogate is replaced: the server would store something else than what the answer repeats. */
function encodeJson(body: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(body, (_key, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value));
}

async function* withProgress(
  bytes: AsyncGenerator<Uint8Array>,
  progress: () => void,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of bytes) {
      yield chunk;
      progress();
    }
  } catch (error) {
    onError(error);
    throw error;
  }
}

/**
 * API calls never follow a redirect. Files may lie in a bucket elsewhere: those are fetched, and the
 * account's headers go along only to the workspace's own origin.
 */
async function follow(
  options: RestOptions,
  attempt: RestAttempt,
  init: RequestInit,
  body: { readonly contentType: string | undefined; readonly length: number | undefined },
): Promise<Response> {
  const fetch = options.fetch ?? directFetch;
  const isFile = !attempt.url.pathname.includes('/api/');
  let url = attempt.url;
  for (let redirects = 0; ; redirects += 1) {
    const own = url.origin === attempt.url.origin;
    const headers = own ? headersOf(options.credentials, attempt.request, body) : {};
    const response = await fetch(url.href, { ...init, headers });
    const location = response.headers.get('location');
    const redirected =
      response.status >= 300 && response.status < 400 && location !== null && URL.canParse(location, url.href);
    if (!isFile || !redirected || redirects >= MAX_REDIRECTS) return response;
    await response.body?.cancel();
    url = new URL(location, url);
  }
}

function headersOf(
  credentials: WorkspaceCredentials | undefined,
  request: RestRequest,
  { contentType, length }: { readonly contentType: string | undefined; readonly length: number | undefined },
): Record<string, string> {
  return {
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(length === undefined ? {} : { 'content-length': String(length) }),
    ...(credentials ? { 'x-user-id': credentials.userId, 'x-auth-token': credentials.token.reveal() } : {}),
    ...(request.secondFactor
      ? { 'x-2fa-method': request.secondFactor.method, 'x-2fa-code': request.secondFactor.code }
      : {}),
  };
}

/** What it means that no answer came. */
export function unreached(request: string, error: unknown): RemoteError {
  if (error instanceof RemoteError) return error;
  if (error instanceof DeadlinePassed) {
    return new RemoteError({ side: 'workspace', failure: 'timeout', request, answer: error.message, cause: error });
  }
  return new RemoteError({ side: 'workspace', failure: 'network', request, answer: reasonOf(error), cause: error });
}

/** `ECONNREFUSED` and its like hide in the causes of fetch's `TypeError: fetch failed`. */
function reasonOf(error: unknown): string {
  let reason = 'no connection';
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    reason = at.message;
  }
  return reason.slice(0, 500);
}
