import type { MatrixUserId } from '../core/ids.ts';
import { cleanName } from './clean-name.ts';
import { nameHash, plainName } from './plain-name.ts';
import { parseUserId } from './user-id.ts';

const USERNAME_LENGTH = 64;
const DISPLAY_NAME_LENGTH = 120;
/** `Accounts_SystemBlockedUsernameList` and the two names that address a whole room. */
const BLOCKED = new Set(['all', 'here', 'admin', 'administrator', 'system', 'user']);

/**
 * The Rocket.Chat username of a Matrix user, within the default `[0-9a-zA-Z-_.]+`:
 * `@alice:example.org` is `alice.example.org`. Where characters are lost or the name is cut it ends with
 * a hash of the whole id. `attempt` above 0 gives other names, for when the store says that one is taken.
 */
export function puppetUsername(userId: MatrixUserId, attempt = 0): string {
  const parsed = parseUserId(userId);
  const person = plainName(parsed?.localpart ?? userId);
  // A port and an IPv6 literal have colons; that an id with another server gives the same is for the hash.
  const server = plainName(parsed?.serverName ?? '');
  const whole = [person.name === '' ? 'user' : person.name, server.name].filter((part) => part !== '').join('.');
  const exact = !person.lossy && !server.lossy && attempt === 0;
  if (exact && whole.length <= USERNAME_LENGTH && !BLOCKED.has(whole)) return whole;
  const suffix = `-${nameHash(userId, attempt)}`;
  return whole.slice(0, USERNAME_LENGTH - suffix.length) + suffix;
}

const REFUSED = /[<>\\/]/g;
/** Everything that is drawn like a round bracket. */
const ROUND =
  /[()\uff08\uff09\ufe59\ufe5a\u207d\u207e\u208d\u208e\u2768-\u276b\u27ee\u27ef\u2985\u2986\u2e28\u2e29\ufd3e\ufd3f\ufe35\ufe36]/gu;
const CLOSING = /[)\uff09\ufe5a\u207e\u208e\u2769\u276b\u27ef\u2986\u2e29\ufd3e\ufe36]/u;

interface PuppetNaming {
  /** `{name}` and `{server}` are replaced; with the default an outsider never looks like a colleague. */
  readonly template?: string;
  /** Whether the workspace has somebody of that name, or of one that looks like it. */
  readonly looksLocal?: (name: string) => boolean;
}

/**
 * The name under which people in Rocket.Chat see a Matrix user. Never empty, and one that the workspace takes.
 * Round brackets are the template's alone, so that nobody can write a server behind their own name. Somebody who
 * looks like a local person bears the whole Matrix id instead of the server.
 */
export function puppetDisplayName(
  person: { readonly userId: MatrixUserId; readonly displayName: string | undefined },
  { template = '{name} ({server})', looksLocal = () => false }: PuppetNaming = {},
): string {
  const parsed = parseUserId(person.userId);
  const server = parsed?.serverName ?? '';
  const room = Math.max(8, DISPLAY_NAME_LENGTH - template.length - server.length);
  const localpart = ownPart(parsed?.localpart ?? '', USERNAME_LENGTH);
  const name = ownPart(person.displayName ?? '', room) || cleanName(localpart, room) || puppetUsername(person.userId);
  const from = looksLocal(name) ? `@${localpart}:${server}` : server;
  // A function, because `$&` in a name is not a pattern.
  const full = template.replace(/\{(name|server)\}/g, (_all, key: string) => (key === 'name' ? name : from));
  return acceptable(full) || puppetUsername(person.userId);
}

/** What the person chose of the name. */
function ownPart(text: string, length: number): string {
  // Taken away first: what they stood between may be a bracket or invisible only then.
  const plain = text.slice(0, length * 8).replace(ROUND, (one) => (CLOSING.test(one) ? ']' : '['));
  return cleanName(plain.replace(REFUSED, ' '), length);
}

/** Rocket.Chat also refuses a name that has one of those characters once `%3C` is `<`, or a `%` that escapes nothing. */
function acceptable(name: string): string {
  const text = name.replace(REFUSED, ' ').trim();
  return text.includes('%') && isRefused(text) ? text.replaceAll('%', '\uff05') : text;
}

function isRefused(text: string): boolean {
  try {
    return /[<>\\/]/.test(decodeURI(text));
  } catch {
    return true;
  }
}
