import type { MatrixUserId } from '../core/ids.ts';
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

/** Format characters (bidi among them) but not the joiners that scripts and emoji need, and blanks that look like none. */
const INVISIBLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u115f\u1160\u2800\u3164\uffa0]/gu;
const REFUSED = /[<>\\/]/g;

/**
 * The name under which people in Rocket.Chat see a Matrix user. `{name}` and `{server}` in the template
 * are replaced; with the default an outsider never looks like a colleague. Never empty.
 */
export function puppetDisplayName(
  person: { readonly userId: MatrixUserId; readonly displayName: string | undefined },
  template = '{name} ({server})',
): string {
  const parsed = parseUserId(person.userId);
  const server = parsed?.serverName ?? '';
  const room = Math.max(8, DISPLAY_NAME_LENGTH - template.length - server.length);
  const name =
    cleanName(person.displayName ?? '', room) ||
    cleanName(parsed?.localpart ?? '', room) ||
    puppetUsername(person.userId);
  // A function, because `$&` in a name is not a pattern.
  const full = template.replace(/\{(name|server)\}/g, (_all, key: string) => (key === 'name' ? name : server));
  return full.replace(REFUSED, ' ').trim() || puppetUsername(person.userId);
}

function cleanName(text: string, length: number): string {
  const cleaned = text
    .toWellFormed()
    .replace(/\s+/gu, ' ')
    .replace(INVISIBLE, '')
    .replace(REFUSED, ' ')
    .replace(/ +/g, ' ')
    .trim();
  if (!/[\p{L}\p{N}\p{S}\p{P}]/u.test(cleaned)) return '';
  return [...cleaned].slice(0, length).join('').trim();
}
