import type { Answer, MatrixRequest } from './http.ts';
import type { Homeserver } from './state.ts';
import { MatrixError } from './matrix-error.ts';

export type Handler = (hs: Homeserver, request: MatrixRequest) => Answer | Promise<Answer>;

/** `METHOD /path/with/:names`; Client-Server paths are written with `v3`, `r0` is taken for it. */
export type Routes = Readonly<Record<string, Handler>>;

interface Route {
  readonly method: string;
  readonly segments: readonly string[];
  readonly handler: Handler;
}

export type Router = (method: string, path: string) => { handler: Handler; params: Record<string, string> };

export function createRouter(tables: readonly Routes[]): Router {
  const byLength = new Map<number, Route[]>();
  for (const [key, handler] of tables.flatMap((table) => Object.entries(table))) {
    const [method = '', path = ''] = key.split(' ');
    const segments = path.split('/');
    const routes = byLength.get(segments.length) ?? [];
    routes.push({ method, segments, handler });
    byLength.set(segments.length, routes);
  }
  return (method, path) => {
    const segments = path.replace('/_matrix/client/r0/', '/_matrix/client/v3/').split('/');
    let otherMethod = false;
    for (const route of byLength.get(segments.length) ?? []) {
      const params = match(route.segments, segments);
      if (params === undefined) continue;
      if (route.method === method) return { handler: route.handler, params };
      otherMethod = true;
    }
    throw new MatrixError(otherMethod ? 405 : 404, 'M_UNRECOGNIZED', 'Unrecognized request');
  };
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  for (const [index, part] of pattern.entries()) {
    if (!part.startsWith(':') && part !== segments[index]) return undefined;
  }
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decode(segments[index] ?? '');
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new MatrixError(400, 'M_INVALID_PARAM', 'Path is not valid UTF-8');
  }
}

/** A parameter that the route's pattern has. */
export function param(request: MatrixRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new Error(`The route has no parameter ${name}`);
  return value;
}
