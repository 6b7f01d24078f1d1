import { profileFields, variableOf } from '../../config/profile-fields.ts';
import type { Secret } from '../../core/secret.ts';
import type { Registration } from '../../matrix/types.ts';
import type { ProfileContent } from './setup-facts.ts';

/** Fields that name a place on the machine where the profile is: each way to run has its own. */
const OF_THIS_MACHINE: readonly string[] = ['registration', 'listen', 'admin', 'ca-file'];

/**
 * The environment that makes `rcfed federation run` the same bridge without a profile. A store is taken
 * along only where it is PostgreSQL: a path means something else on another machine.
 */
export function bridgeEnvironment(
  { values, secrets }: ProfileContent,
  registration: Registration,
): { variables: Record<string, string>; secretVariables: Record<string, Secret> } {
  const variables: Record<string, string> = {};
  const secretVariables: Record<string, Secret> = {};
  const tokens = { 'as-token': registration.asToken, 'hs-token': registration.hsToken };
  const known: Readonly<Record<string, Secret | undefined>> = { ...secrets, ...tokens };
  for (const { name, kinds, secret } of profileFields) {
    if (!kinds.includes('admin') || OF_THIS_MACHINE.includes(name)) continue;
    const value = values[name];
    const hidden = known[name];
    if (secret === true && hidden !== undefined) secretVariables[variableOf(name)] = hidden;
    else if (value !== undefined && (name !== 'store' || /^postgres(ql)?:/.test(value)))
      variables[variableOf(name)] = value;
  }
  return { variables, secretVariables };
}

/**
 * Lines of a file that systemd (EnvironmentFile=) and compose (env_file) read alike: both take single
 * quotes literally, and in double quotes a backslash before `\ " $`.
 */
export const environmentLines = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');

function quoted(value: string): string {
  if (/^[\w.,:/@+=%-]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return `"${value.replaceAll(/[\\"$]/g, String.raw`\$&`)}"`;
}

/** The texts of secrets, for a file that is for its owner alone. */
export const revealed = (secrets: Readonly<Record<string, Secret>>): Record<string, string> =>
  Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, secret.reveal()]));
