import type { IncomingHttpHeaders } from 'node:http';
import { may } from './access.ts';
import { authenticated, header } from './credentials.ts';
import { MeteorError } from './meteor.ts';
import type { LimiterAnswer, RateLimiter } from './rate-limiter.ts';
import { invalidParams, notFound, notLoggedIn, refusalFor, withoutPermission } from './refusals.ts';
import type { Answer, Call, RawAnswer, Route, UploadedPart } from './route.ts';
import { routes } from './routes/all.ts';
import { checkSecondFactor } from './two-factor.ts';
import { check } from './validation.ts';
import type { Workspace } from './workspace.ts';

export interface RestRequest {
  readonly method: string;
  /** Below `/api/v1/`, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly body: unknown;
  readonly files: readonly UploadedPart[];
  readonly headers: IncomingHttpHeaders;
  readonly ip: string;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

export interface Rest {
  answer(request: RestRequest): Promise<RestAnswer>;
}

/** The REST API of a workspace: finds the route, checks caller, limits, parameters and second factor, acts. */
export function createRest(workspace: Workspace, limiter: RateLimiter): Rest {
  const { dialect } = workspace;
  const table = createTable(routes.filter((route) => route.exists?.(dialect) ?? true));
  return {
    async answer(request) {
      const headers: Record<string, string> = {};
      const found = table(request.method, request.path);
      if (found === undefined) return printed(notFound(), headers);
      try {
        return printed(await perform(workspace, limiter, request, found, headers), headers);
      } catch (error) {
        return printed(refusalFor(dialect, error), headers);
      }
    },
  };
}

type Outcome = { status: number; body: Readonly<Record<string, unknown>> } | RawAnswer;

async function perform(
  workspace: Workspace,
  limiter: RateLimiter,
  request: RestRequest,
  { route, path }: Found,
  headers: Record<string, string>,
): Promise<Outcome> {
  const { dialect } = workspace;
  const auth = authenticated(workspace, request.headers);
  if (route.open !== true && auth === undefined) return notLoggedIn(dialect);
  if (
    route.open !== true &&
    route.permission !== undefined &&
    auth !== undefined &&
    !may(workspace, auth.account, route.permission)
  ) {
    return withoutPermission();
  }
  const bypass =
    route.path === 'chat.sendMessage' && dialect.sendLimit !== undefined
      ? 'send-many-messages'
      : 'api-bypass-rate-limit';
  if (auth === undefined || !may(workspace, auth.account, bypass))
    enforceLimit(workspace, limiter, route, request, headers);

  const raw = request.method === 'GET' ? request.query : (request.body ?? {});
  const schema = typeof route.params === 'function' ? route.params(dialect) : route.params;
  const checked = schema === undefined ? undefined : check(schema, raw, request.method === 'GET');
  if (checked?.ok === false) return invalidParams(dialect, checked.error);
  const call: Call = {
    workspace,
    params: checked?.value ?? (raw as Record<string, unknown>),
    path,
    headers: request.headers,
    files: request.files,
    limiter,
  };
  if (route.open === true) return succeeded(await route.act({ ...call, caller: auth?.account }));
  if (auth === undefined) return notLoggedIn(dialect);
  if (route.twoFactor?.(dialect) === true) {
    checkSecondFactor(workspace, auth.account, auth.record, {
      method: header(request.headers, 'x-2fa-method'),
      code: header(request.headers, 'x-2fa-code'),
    });
  }
  return succeeded(await route.act({ ...call, caller: auth.account, token: auth.record }));
}

function enforceLimit(
  workspace: Workspace,
  limiter: RateLimiter,
  route: Route,
  request: RestRequest,
  headers: Record<string, string>,
): void {
  const { settings, dialect, clock } = workspace;
  if (route.limited === false || !settings.get<boolean>('API_Enable_Rate_Limiter')) return;
  const own = route.path === 'chat.sendMessage' ? dialect.sendLimit : undefined;
  const limit = own ?? settings.get<number>('API_Enable_Rate_Limiter_Limit_Calls_Default');
  const windowMs = own === undefined ? settings.get<number>('API_Enable_Rate_Limiter_Limit_Time_Default') : 1000;
  const counted = limiter.count(`${request.ip} ${route.method} ${route.path}`, limit, windowMs);
  Object.assign(headers, limiterHeaders(counted, clock.now()));
  if (counted.allowed) return;
  const seconds = Math.ceil(counted.timeToResetMs / 1000);
  throw new MeteorError(
    'error-too-many-requests',
    `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again.`,
    { timeToReset: counted.timeToResetMs, seconds },
  );
}

/** `X-RateLimit-Reset` is an absolute time in milliseconds. */
export function limiterHeaders(counted: LimiterAnswer, now: number): Record<string, string> {
  return {
    'X-RateLimit-Limit': String(counted.limit),
    'X-RateLimit-Remaining': String(counted.remaining),
    'X-RateLimit-Reset': String(now + counted.timeToResetMs),
  };
}

function succeeded(answer: Answer): Outcome {
  if ('raw' in answer && answer.raw === true) return answer as RawAnswer;
  return { status: 200, body: { ...answer, success: true } };
}

function printed(outcome: Outcome, headers: Record<string, string>): RestAnswer {
  if ('raw' in outcome)
    return { status: outcome.status, headers: { ...headers, ...outcome.headers }, body: outcome.body };
  return {
    status: outcome.status,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(outcome.body),
  };
}

interface Found {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
}

function createTable(all: readonly Route[]): (method: string, path: string) => Found | undefined {
  const plain = new Map(
    all.filter(({ path }) => !path.includes(':')).map((route) => [`${route.method} ${route.path}`, route]),
  );
  const patterns = all
    .filter(({ path }) => path.includes(':'))
    .map((route) => ({
      route,
      pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
    }));
  return (method, path) => {
    const route = plain.get(`${method} ${path}`);
    if (route !== undefined) return { route, path: {} };
    for (const { route: candidate, pattern } of patterns) {
      const groups = candidate.method === method ? pattern.exec(path)?.groups : undefined;
      if (groups !== undefined) return { route: candidate, path: groups };
    }
    return undefined;
  };
}
