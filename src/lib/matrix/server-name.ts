import { isIPv4, isIPv6 } from 'node:net';
import { RcfedError } from '../core/errors.ts';
import type { MatrixUserId, ServerName } from '../core/ids.ts';

/** Spec: Appendices, "Server name": a DNS name, IPv4 address or bracketed IPv6 literal, and maybe a port. */
const GRAMMAR = /^(?:\[(?<v6>[0-9A-Fa-f:.]{2,45})\]|(?<host>[0-9A-Za-z.-]{1,255}))(?::(?<port>\d{1,5}))?$/;

/** The server name in a text that is nothing else, or undefined. */
export function parseServerName(text: string): ServerName | undefined {
  const groups = GRAMMAR.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { v6, host, port } = groups;
  if (v6 !== undefined && !isIPv6(v6)) return undefined;
  if (host !== undefined && !isIPv4(host) && !isHostName(host)) return undefined;
  if (port !== undefined && Number(port) > 65_535) return undefined;
  return text as ServerName;
}

/** The same for what somebody wrote. @throws RcfedError RCFED_SERVER_NAME_INVALID */
export function serverNameOf(text: string): ServerName {
  const server = parseServerName(text);
  if (server !== undefined) return server;
  throw new RcfedError('RCFED_SERVER_NAME_INVALID', `${text} is not the name of a Matrix server`);
}

/** Of somebody's id. */
export const serverOf = (id: MatrixUserId): ServerName => id.slice(id.indexOf(':') + 1) as ServerName;

/** Wider than DNS, as the grammar is (`a..b`, `-a`), except for what would step up in a path. */
function isHostName(host: string): boolean {
  return !/^\.+$/.test(host);
}
