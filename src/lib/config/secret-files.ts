import { readFile } from 'node:fs/promises';
import { RcfedError } from '../core/errors.ts';
import { type ProfileKind, profileFields, variableOf } from './profile-fields.ts';

/**
 * Secrets that are mounted as files: RCFED_AS_TOKEN_FILE names the file with what RCFED_AS_TOKEN would
 * hold. The variable itself goes before its file.
 * @throws RcfedError RCFED_FILE_UNREADABLE
 */
export const secretsFromFiles = async (
  env: Readonly<Record<string, string | undefined>>,
  kind: ProfileKind,
): Promise<Record<string, string>> => {
  const values: Record<string, string> = {};
  for (const { name, kinds, secret } of profileFields) {
    const variable = variableOf(name);
    const path = env[`${variable}_FILE`];
    if (secret !== true || !kinds.includes(kind) || !path || env[variable]) continue;
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new RcfedError('RCFED_FILE_UNREADABLE', `The file of ${variable}_FILE can't be read`, {
        why: `Its path is ${path}.`,
        cause: error,
      });
    });
    if (text.trim() !== '') values[name] = text.trim();
  }
  return values;
};
