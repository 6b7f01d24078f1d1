import type { MatrixRoomAlias, MatrixUserId } from '../core/ids.ts';

/** What a homeserver, or whoever watches over the process, may ask of the listener. */
export type Route =
  | { readonly kind: 'transaction'; readonly id: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'user'; readonly userId: MatrixUserId }
  | { readonly kind: 'alias'; readonly alias: MatrixRoomAlias }
  | { readonly kind: 'thirdparty' }
  | { readonly kind: 'live' }
  | { readonly kind: 'ready' };

/** The paths before spec r0.1.2 had no prefix; Synapse falls back to them when the new one is refused. */
const PREFIXES = ['/_matrix/app/v1/', '/_matrix/app/unstable/', '/'];

/**
 * The route of a path and the method that it wants, or undefined for a path that is not ours.
 * Spec: Application Service API, "Server admin style permissions" to "Third-party networks".
 */
export function routeOf(pathname: string): { readonly route: Route; readonly method: string } | undefined {
  if (pathname === '/health/live') return { route: { kind: 'live' }, method: 'GET' };
  if (pathname === '/health/ready') return { route: { kind: 'ready' }, method: 'GET' };
  const prefix = PREFIXES.find((candidate) => pathname.startsWith(candidate)) ?? '/';
  const [name, ...rest] = pathname.slice(prefix.length).split('/');
  if (name === 'thirdparty' && rest.length > 0) return { route: { kind: 'thirdparty' }, method: 'GET' };
  if (name === 'ping' && rest.length === 0 && prefix !== '/') return { route: { kind: 'ping' }, method: 'POST' };
  const [encoded] = rest;
  const id = rest.length === 1 && encoded !== undefined ? decoded(encoded) : undefined;
  if (id === undefined || id === '') return undefined;
  if (name === 'transactions') return { route: { kind: 'transaction', id }, method: 'PUT' };
  if (name === 'users') return { route: { kind: 'user', userId: id as MatrixUserId }, method: 'GET' };
  if (name === 'rooms') return { route: { kind: 'alias', alias: id as MatrixRoomAlias }, method: 'GET' };
  return undefined;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
