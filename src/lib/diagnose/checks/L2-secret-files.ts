import { chmod, stat } from 'node:fs/promises';
import { type Check, type Verdict, passes, skips } from '../check.ts';
import { shellWord } from '../../core/shell-word.ts';

const FOR_OTHERS = 0o077;

export const secretFiles: Check = {
  id: 'L2',
  group: 'machine',
  title: 'Files with secrets are for their owner alone',
  severity: 'fail',
  fix: 'automatic',
  why: 'The profiles hold tokens that can do everything the bridge can, encrypted with the key file beside them. Whoever can read both can act as anybody on either server.',
  async run({ setup }) {
    const verdicts = await Promise.all(setup.files.map(look));
    const found = verdicts.filter((verdict) => verdict !== undefined);
    return found.length === 0 ? skips('there are no such files: everything comes from the environment') : found;
  },
};

async function look(file: string): Promise<Verdict | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  const mode = found.mode & 0o777;
  if ((mode & FOR_OTHERS) === 0) return passes(`${file} is for its owner alone`);
  const shown = `chmod 600 ${shellWord(file)}`;
  return {
    status: 'fail',
    detail: `${file} can be read by others: its mode is ${mode.toString(8)}`,
    cure: {
      text: 'Take the rights of others away:',
      commands: [shown],
      repair: { shown, run: () => chmod(file, 0o600) },
    },
  };
}
