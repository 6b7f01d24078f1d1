import type { ServerName } from '../core/ids.ts';
import { type AccessPattern, hostOf, matches } from './pattern.ts';

/** Which Matrix servers' people may be met. */
export interface AccessRules {
  /** Empty: everybody who is not blocked. */
  readonly allow: readonly AccessPattern[];
  readonly block: readonly AccessPattern[];
}

export interface AccessVerdict {
  readonly allowed: boolean;
  /** The pattern that decided; undefined: none fits. */
  readonly rule: AccessPattern | undefined;
  readonly why: 'own' | 'blocked' | 'allowed' | 'not on the allow list' | 'no rule';
}

/** Block goes before allow. The homeserver itself is always let in: our own ghosts and bot are on it. */
export function verdictOn({ allow, block }: AccessRules, server: ServerName, own: ServerName): AccessVerdict {
  if (hostOf(server) === hostOf(own)) return { allowed: true, rule: undefined, why: 'own' };
  const blocked = block.find((pattern) => matches(pattern, server));
  if (blocked !== undefined) return { allowed: false, rule: blocked, why: 'blocked' };
  if (allow.length === 0) return { allowed: true, rule: undefined, why: 'no rule' };
  const allowed = allow.find((pattern) => matches(pattern, server));
  if (allowed !== undefined) return { allowed: true, rule: allowed, why: 'allowed' };
  return { allowed: false, rule: undefined, why: 'not on the allow list' };
}
