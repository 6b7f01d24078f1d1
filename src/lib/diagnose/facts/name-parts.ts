import { isIP } from 'node:net';

/** A server name, or the `m.server` of a .well-known document, taken apart. */
export interface NameParts {
  /** Host name or IP address, without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly isLiteral: boolean;
}

export function namePartsOf(name: string): NameParts {
  const [, v6, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(name) ?? [];
  const host = v6 ?? plain ?? name;
  return { host, port: port === undefined ? undefined : Number(port), isLiteral: isIP(host) !== 0 };
}

/** As it stands in a URL. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
