import type { ServerName } from '../core/ids.ts';
import { isRecord } from '../core/record.ts';
import { type AccessPattern, hostOf, isAddress } from './pattern.ts';
import type { AccessRules } from './rules.ts';

/** Content of `m.room.server_acl`: https://spec.matrix.org/v1.17/client-server-api/#mroomserver_acl */
export interface ServerAcl {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly allow_ip_literals: boolean;
}

const EVERYBODY = ['*'];

/** What our rules alone say. The own server is always among the allowed: a list without it shuts us out for good. */
export function aclOf({ allow, block }: AccessRules, own: ServerName): ServerAcl {
  return {
    allow: allow.length === 0 ? EVERYBODY : sorted([...allow, hostOf(own)]),
    deny: sorted(block),
    allow_ip_literals: allow.length === 0 || [...allow, hostOf(own)].some(isAddress),
  };
}

export type AclChange =
  | { readonly kind: 'as it is' }
  | { readonly kind: 'write'; readonly acl: ServerAcl; readonly ours: ServerAcl }
  /** Somebody else decided which servers the room allows; that list stays, only the blocked ones are added. */
  | { readonly kind: 'write in part'; readonly acl: ServerAcl; readonly ours: ServerAcl };

/**
 * The list that a room is to have, with what others denied kept.
 *
 * @param current the room's state as it is; undefined: none, or nothing that we can read
 * @param before what we last wrote of our own into it
 */
export function changedAcl(
  rules: AccessRules,
  own: ServerName,
  current: ServerAcl | undefined,
  before: ServerAcl | undefined,
): AclChange {
  const ours = aclOf(rules, own);
  const isEmpty = same(ours.allow, EVERYBODY) && ours.deny.length === 0;
  if (isEmpty && before === undefined) return { kind: 'as it is' };
  const theirs = (current?.deny ?? []).filter((pattern) => before?.deny.includes(pattern) !== true);
  const mayAllow =
    current === undefined ||
    same(current.allow, EVERYBODY) ||
    (before !== undefined && same(current.allow, before.allow));
  const keepsAddressesOut = current?.allow_ip_literals === false && before?.allow_ip_literals !== false;
  const acl = {
    allow: mayAllow ? ours.allow : current.allow,
    deny: sorted([...theirs, ...ours.deny]),
    allow_ip_literals: mayAllow ? ours.allow_ip_literals && !keepsAddressesOut : current.allow_ip_literals,
  };
  if (current !== undefined && isSame(acl, current) && before !== undefined && isSame(ours, before))
    return { kind: 'as it is' };
  return { kind: mayAllow || same(ours.allow, EVERYBODY) ? 'write' : 'write in part', acl, ours };
}

/** Anything may be in a room's state; what is missing means what the spec says it does. */
export function readAcl(content: unknown): ServerAcl | undefined {
  if (!isRecord(content) || Object.keys(content).length === 0) return undefined;
  return {
    allow: textsOf(content['allow']),
    deny: textsOf(content['deny']),
    allow_ip_literals: content['allow_ip_literals'] !== false,
  };
}

/** Whether a room's list lets a server in: https://spec.matrix.org/v1.17/client-server-api/#mroomserver_acl */
export function serverAclAdmits({ allow, deny, allow_ip_literals: addresses }: ServerAcl, server: ServerName): boolean {
  const host = server.toLowerCase().replace(/:\d+$/, '');
  if (!addresses && isAddress(host)) return false;
  const fits = (pattern: string): boolean => isLike(host, pattern.toLowerCase());
  return !deny.some(fits) && allow.some(fits);
}

/**
 * Whether a text is as a pattern says, in which `*` stands for any characters and `?` for one. Patterns are written by
 * whoever has the power in a room: a regular expression made of one could take for ever.
 */
function isLike(text: string, pattern: string): boolean {
  let at = 0;
  let of = 0;
  /** Where the last `*` is in the pattern, and up to where in the text it stands for something. */
  let star: { readonly of: number; upTo: number } | undefined;
  while (at < text.length) {
    if (pattern[of] === '*') star = { of: of++, upTo: at };
    else if (of < pattern.length && (pattern[of] === '?' || pattern[of] === text[at])) {
      at += 1;
      of += 1;
    } else if (star !== undefined) {
      star.upTo += 1;
      at = star.upTo;
      of = star.of + 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(of));
}

const textsOf = (value: unknown): AccessPattern[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
const sorted = (patterns: readonly string[]): readonly string[] => [...new Set(patterns)].toSorted();
const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && sorted(one).every((each, index) => each === sorted(other)[index]);
const isSame = (one: ServerAcl, other: ServerAcl): boolean =>
  same(one.allow, other.allow) && same(one.deny, other.deny) && one.allow_ip_literals === other.allow_ip_literals;
