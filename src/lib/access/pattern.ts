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
  if (/:\d+$/.test(server)) throw invalid(text, 'Access goes by host: leave the port out.');
  if (pattern.startsWith('*.') && isAddress(server)) throw invalid(text, 'An address has no names below it.');
  if (pattern.startsWith('*.') && !server.includes('.'))
    throw invalid(text, `It would take in every server under .${server}.`);
  return pattern.startsWith('*.') ? pattern : hostOf(pattern);
}

const invalid = (text: string, why: string): RcfedError =>
  new RcfedError('RCFED_ACCESS_PATTERN', `${JSON.stringify(text)} is not a pattern for servers`, { why });

/**
 * `*.acme.com` takes in `chat.acme.com` and `a.b.acme.com`, neither `acme.com` nor `notacme.com`; without the
 * star a pattern is that host alone.
 */
export function matches(pattern: AccessPattern, server: ServerName): boolean {
  const host = hostOf(server);
  return pattern.startsWith('*.') ? !isAddress(host) && host.endsWith(pattern.slice(1)) : host === hostOf(pattern);
}

export const isAddress = (host: string): boolean => host.startsWith('[') || isIPv4(host);

/**
 * Without its port, lower-cased, without the dot that DNS allows at the end. An address comes in one writing, however
 * it is written: `[2001:DB8:0::1]`, `127.1` and `0x7f000001` are other names to Matrix, and the same machine.
 */
export function hostOf(server: string): string {
  const host = server.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
  return MAY_BE_ADDRESS.test(host) ? oneWriting(host) : host;
}

/** In brackets, or ending in a number: https://url.spec.whatwg.org/#ends-in-a-number-checker */
const MAY_BE_ADDRESS = /^\[|(?:^|\.)(?:\d+|0x[\da-f]*)$/;
/** An IPv4 address within IPv6, as URLs write it. */
const MAPPED = /^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/;

function oneWriting(host: string): string {
  const written = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
  const [, high = '', low = ''] = MAPPED.exec(written) ?? [];
  if (high === '') return written;
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}
