import type { ServerName } from '../core/ids.ts';
import { parseServerName } from './server-name.ts';

export interface Namespace {
  readonly exclusive: boolean;
  readonly regex: string;
}

export interface Namespaces {
  readonly users: readonly Namespace[];
  readonly aliases: readonly Namespace[];
  readonly rooms: readonly Namespace[];
}

/**
 * Exclusive and exactly as wide as the prefix. Anchored at both ends: Synapse anchors only the beginning,
 * and without `$` users of `example.org.elsewhere.net` would be ours too.
 */
export function namespacesOf(prefix: string, serverName: ServerName): Namespaces {
  const owned = (sigil: string): Namespace[] => [
    { exclusive: true, regex: `^${sigil}${escaped(prefix)}.*:${escaped(serverName)}$` },
  ];
  return { users: owned('@'), aliases: owned('#'), rooms: [] };
}

/** Prefix and server name behind namespaces that {@link namespacesOf} made; undefined for any others. */
export function readNamespaces(value: unknown): { prefix: string; serverName: ServerName } | undefined {
  const namespaces = value as Namespaces | undefined | null;
  const regex: unknown = Array.isArray(namespaces?.users) ? namespaces.users[0]?.regex : undefined;
  const match = typeof regex === 'string' ? /^\^@(.*?)\.\*:(.*)\$$/.exec(regex) : null;
  const prefix = match?.[1]?.replace(/\\(.)/g, '$1');
  const serverName = parseServerName(match?.[2]?.replace(/\\(.)/g, '$1') ?? '');
  if (prefix === undefined || serverName === undefined) return undefined;
  const ours = namespacesOf(prefix, serverName);
  const same = JSON.stringify([namespaces?.users, namespaces?.aliases]) === JSON.stringify([ours.users, ours.aliases]);
  return same ? { prefix, serverName } : undefined;
}

/** What is special in Python's, Go's and JavaScript's regular expressions; the rest must stay unescaped in Go's. */
function escaped(text: string): string {
  return text.replace(/[\\.+*?()[\]{}|^$]/g, '\\$&');
}
