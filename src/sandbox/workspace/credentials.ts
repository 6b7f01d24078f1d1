import type { IncomingHttpHeaders } from 'node:http';
import { accountForToken } from './accounts.ts';
import type { Workspace } from './workspace.ts';

/** The account of `X-User-Id` and `X-Auth-Token`, if the token is good and belongs to that user. */
export function authenticated(workspace: Workspace, headers: IncomingHttpHeaders): ReturnType<typeof accountForToken> {
  const token = header(headers, 'x-auth-token');
  const found = token === undefined ? undefined : accountForToken(workspace, token);
  return found?.account.user._id === header(headers, 'x-user-id') ? found : undefined;
}

/** A header's first value. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
