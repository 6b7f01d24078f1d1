import { createHash } from 'node:crypto';
import type { MatrixRoomAlias, MatrixUserId, ServerName } from '../core/ids.ts';
import { parseServerName } from './server-name.ts';

/** Most bytes of a user id or alias, sigil and server name included. */
const ID_BYTES = 255;
const HASH_LENGTH = 12;

interface ParsedUserId {
  readonly userId: MatrixUserId;
  readonly localpart: string;
  readonly serverName: ServerName;
}

/**
 * A Matrix user id as any server may send it. The historical grammar is taken: a localpart of any
 * code points but `:` and NUL, even none at all (Appendices, "Historical User IDs").
 */
export function parseUserId(text: string): ParsedUserId | undefined {
  const parts = splitId('@', text);
  return parts === undefined ? undefined : { userId: text as MatrixUserId, ...parts };
}

interface ParsedAlias {
  readonly alias: MatrixRoomAlias;
  readonly localpart: string;
  readonly serverName: ServerName;
}

/** `#localpart:server name`; the localpart is never empty. */
export function parseRoomAlias(text: string): ParsedAlias | undefined {
  const parts = splitId('#', text);
  return parts === undefined || parts.localpart === '' ? undefined : { alias: text as MatrixRoomAlias, ...parts };
}

function splitId(sigil: string, text: string): { localpart: string; serverName: ServerName } | undefined {
  const colon = text.indexOf(':');
  if (!text.startsWith(sigil) || colon < 0 || Buffer.byteLength(text) > ID_BYTES) return undefined;
  const localpart = text.slice(1, colon);
  const serverName = parseServerName(text.slice(colon + 1));
  if (serverName === undefined || localpart.includes('\0') || !localpart.isWellFormed()) return undefined;
  return { localpart, serverName };
}

/**
 * The localpart of the ghost of a username: the prefix, then the spec's mapping of other character
 * sets (upper case lowered, other bytes `=hh`). One that would be too long is cut and ends with a hash
 * of the whole username, so that two people never share it. Case alone is not kept apart; the store
 * settles that, as every collision.
 */
export function ghostLocalpart(prefix: string, username: string, serverName: ServerName): string {
  const encoded = [...Buffer.from(username.toWellFormed(), 'utf8')].map(encodedByte);
  const room = ID_BYTES - Buffer.byteLength(`@${prefix}:${serverName}`);
  if (encoded.length > 0 && encoded.join('').length <= room) return prefix + encoded.join('');
  const suffix = `-${createHash('sha256').update(username).digest('hex').slice(0, HASH_LENGTH)}`;
  let kept = '';
  for (const unit of encoded) {
    if (kept.length + unit.length + suffix.length > room) break;
    kept += unit;
  }
  return prefix + kept + suffix;
}

function encodedByte(byte: number): string {
  const char = String.fromCharCode(byte).toLowerCase();
  return byte < 0x80 && /[a-z0-9._/+-]/.test(char) ? char : `=${byte.toString(16).padStart(2, '0')}`;
}

/** `@<prefix><username>:<server name>`, see {@link ghostLocalpart}. */
export function ghostUserId(prefix: string, username: string, serverName: ServerName): MatrixUserId {
  return `@${ghostLocalpart(prefix, username, serverName)}:${serverName}` as MatrixUserId;
}
