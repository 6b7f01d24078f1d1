import { RcfedError } from '../core/errors.ts';
import type { Namespace } from './namespaces.ts';
import { parseYamlObject } from './registration.ts';
import type { Registration } from './types.ts';

/** What two application services of one homeserver can't share. */
export interface RegistrationConflict {
  /** `id` of the other registration. */
  readonly with: string;
  readonly what: 'id' | 'token' | 'bot' | 'users' | 'aliases';
  /** The other's expression, where namespaces overlap. */
  readonly regex?: string;
}

/** Names as the bridge would make them; whoever claims one of these claims ghosts of ours. */
const SAMPLES = ['alice', 'bob.example', 'x', 'a=40b', '-0123456789ab'];

/**
 * What another application service's registration (its YAML) has in common with ours. Two expressions
 * can't be compared in general: names as we make them are tried on theirs, and theirs conflicts too when
 * its fixed beginning lies within our prefix. Throws `RCFED_REGISTRATION_BROKEN` for unreadable YAML.
 */
export async function registrationConflicts(
  ours: Registration,
  otherYaml: string,
): Promise<readonly RegistrationConflict[]> {
  const other = await parseYamlObject(otherYaml);
  const name = typeof other['id'] === 'string' ? other['id'] : 'an application service without id';
  const conflicts: RegistrationConflict[] = [];
  if (other['id'] === ours.id) conflicts.push({ with: name, what: 'id' });
  if (other['as_token'] === ours.asToken.reveal()) conflicts.push({ with: name, what: 'token' });
  if (other['sender_localpart'] === ours.senderLocalpart) conflicts.push({ with: name, what: 'bot' });
  const bot = `@${ours.senderLocalpart}:${ours.serverName}`;
  for (const [what, sigil, extra] of [
    ['users', '@', [bot]],
    ['aliases', '#', []],
  ] as const) {
    const samples = [...SAMPLES.map((sample) => `${sigil}${ours.prefix}${sample}:${ours.serverName}`), ...extra];
    for (const { regex } of exclusiveOnes(other, what)) {
      if (overlaps(regex, `${sigil}${ours.prefix}`, samples)) conflicts.push({ with: name, what, regex });
    }
  }
  return conflicts;
}

/** Throws `RCFED_NAMESPACE_OVERLAP` for the first conflict. */
export function refuseConflicts(conflicts: readonly RegistrationConflict[]): void {
  const [first] = conflicts;
  if (first === undefined) return;
  const detail = first.regex === undefined ? `the same ${first.what}` : `${first.what} that match ${first.regex}`;
  throw new RcfedError(
    'RCFED_NAMESPACE_OVERLAP',
    `The application service ${first.with} of this homeserver has ${detail}.`,
  );
}

function exclusiveOnes(other: Readonly<Record<string, unknown>>, what: 'users' | 'aliases'): readonly Namespace[] {
  const namespaces = other['namespaces'] as Record<string, unknown> | undefined | null;
  const list: unknown = namespaces?.[what];
  if (!Array.isArray(list)) return [];
  return (list as (Partial<Namespace> | null)[]).flatMap((entry) =>
    entry?.exclusive === true && typeof entry.regex === 'string' ? [{ exclusive: true, regex: entry.regex }] : [],
  );
}

function overlaps(regex: string, ourBeginning: string, samples: readonly string[]): boolean {
  const fixed = /^\^?((?:[^\\.*+?()[\]{}|^$]|\\[^A-Za-z0-9])*)/.exec(regex)?.[1]?.replace(/\\(.)/g, '$1') ?? '';
  if (fixed.startsWith(ourBeginning)) return true;
  try {
    const claimed = new RegExp(`^(?:${regex})`);
    return samples.some((sample) => claimed.test(sample));
  } catch {
    // Python has expressions that JavaScript can't read; then only their fixed beginning is known.
    return ourBeginning.startsWith(fixed);
  }
}
