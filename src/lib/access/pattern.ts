import { isIPv4 } from 'node:net';
import { RcfedError } from '../core/errors.ts';
import type { ServerName } from '../core/ids.ts';
import { parseServerName } from '../matrix/server-name.ts';

/** A server's host, `example.org`, or `*.example.org` for every host below it; lower-cased, without a port. */
export type AccessPattern = string;

/**
 * Reads a pattern as people write it. A port is refused, because rooms' access lists know none
 * (https://spec.matrix.org/v1.17/client-server-api/#mroomserver_acl), and a `*` anywhere but in front.
 * @throws RcfedError RCFED_ACCESS_PATTERN
 */
export function parsePattern(text: string): AccessPattern {
  const pattern = text.trim().toLowerCase().replace(/\.$/, '');
  const name = pattern.startsWith('*.') ? pattern.slice(2) : pattern;
  const server = name.includes('*') ? undefined : parseServerName(name);
  if (server === undefined) throw invalid(text, 'A pattern is a server name, or *. and the end of one.');
  if (hostOf(server) !== server) throw invalid(text, 'Access goes by host: leave the port out.');
  if (pattern.startsWith('*.') && isAddress(server)) throw invalid(text, 'An address has no names below it.');
  if (pattern.startsWith('*.') && !server.includes('.'))
    throw invalid(text, `It would take in every server under .${server}.`);
  return pattern;
}

const invalid = (text: string, why: string): RcfedError =>
  new RcfedError('RCFED_ACCESS_PATTERN', `${JSON.stringify(text)} is not a pattern for servers`, { why });

/**
 * `*.acme.com` takes in `chat.acme.com` and `a.b.acme.com`, neither `acme.com` nor `notacme.com`; without the
 * star a pattern is that host alone.
 */
export function matches(pattern: AccessPattern, server: ServerName): boolean {
  const host = hostOf(server);
  return pattern.startsWith('*.') ? !isAddress(host) && host.endsWith(pattern.slice(1)) : host === pattern;
}

export const isAddress = (host: string): boolean => host.startsWith('[') || isIPv4(host);

/** Without its port, lower-cased, without the dot that DNS allows at the end. */
export const hostOf = (server: string): string => server.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
