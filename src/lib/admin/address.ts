import { RcfedError } from '../core/errors.ts';

/** Where an admin API listens or is reached. */
export type AdminAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** Behind a proxy that adds TLS; only to be called, never to be listened on. */
  | { readonly kind: 'url'; readonly url: string };

/** Reads the absolute path of a socket, `HOST:PORT`, or an http(s) URL. Throws RCFED_ADMIN_ADDRESS. */
export function parseAdminAddress(text: string): AdminAddress {
  if (text.startsWith('/')) return { kind: 'socket', path: text };
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return { kind: 'url', url: text.replace(/\/+$/, '') };
  const tcp = parseHostPort(text);
  if (tcp !== undefined) return { kind: 'tcp', ...tcp };
  throw new RcfedError('RCFED_ADMIN_ADDRESS', `${text} is no address of an admin API`);
}

/** `127.0.0.1:29400`, `[::1]:29400` or `name:29400`; the host comes without brackets. */
export function parseHostPort(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, v6, name, port] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = v6 ?? name;
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

/** As it is written on a command line. */
export function shownAddress(address: AdminAddress): string {
  if (address.kind === 'socket') return address.path;
  if (address.kind === 'url') return address.url;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Whether only programs of this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
