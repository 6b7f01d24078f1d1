import { join } from 'node:path';
import type { EncryptionKey } from '../core/encryption.ts';
import { RcfedError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Folders } from './folders.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

interface KeySource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folders: Pick<Folders, 'config'>;
  readonly redactor: { know(secret: Secret): void };
}

/**
 * The text of the key that encrypts profile secrets and the store: RCFED_KEY, the file named by
 * RCFED_KEY_FILE, or `key` in the configuration folder, which is made on first use.
 * @throws RcfedError RCFED_KEY_INVALID, RCFED_CONFIG_UNREADABLE
 */
export const loadKeyText = async ({ env, folders, redactor }: KeySource): Promise<Secret> => {
  const key = env['RCFED_KEY'] ? new Secret(env['RCFED_KEY']) : await fromFile(env['RCFED_KEY_FILE'], folders.config);
  redactor.know(key);
  return key;
};

/** The key of {@link loadKeyText}, ready for encryption.ts. */
export const loadKey = async (source: KeySource): Promise<EncryptionKey> => {
  const { encryptionKey } = await import('../core/encryption.ts');
  return encryptionKey(await loadKeyText(source));
};

const fromFile = async (named: string | undefined, folder: string): Promise<Secret> => {
  const path = named || join(folder, 'key');
  const text = await readPrivateFile(path);
  if (text !== undefined) return new Secret(text.trim());
  // A named file that is missing is a mistake; making a key there would hide it until the real one is lost.
  if (named) throw new RcfedError('RCFED_KEY_INVALID', `The key file ${path} does not exist`);
  return await makeKey(path);
};

/** Under a lock: of several first commands that start at once, one makes the key and the others read it. */
const makeKey = async (path: string): Promise<Secret> => {
  const [{ generateKey }, { systemClock }, { withFileLock }] = await Promise.all([
    import('../core/encryption.ts'),
    import('../core/clock.ts'),
    import('./file-lock.ts'),
  ]);
  return await withFileLock(path, systemClock, async () => {
    const made = await readPrivateFile(path);
    if (made !== undefined) return new Secret(made.trim());
    const key = generateKey();
    await writePrivateFile(path, `${key.reveal()}\n`);
    return key;
  });
};
