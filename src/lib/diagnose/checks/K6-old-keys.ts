import { type Check, type Verdict, passes, skips } from '../check.ts';
import { objectIn, serverKeysOf } from '../facts/server-keys.ts';

export const oldKeys: Check = {
  id: 'K6',
  group: 'keys',
  title: 'Old keys are over and not in use',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  needs: ['K1'],
  why: '`old_verify_keys` lets others verify what was signed before a change of key. One that is still in use, or ends in the future, confuses them.',
  async run(context) {
    const now = context.clock.now();
    const [first] = (await serverKeysOf(context)).filter(({ document }) => document !== undefined);
    const old = Object.entries(objectIn(first?.document?.['old_verify_keys']));
    if (old.length === 0) return skips('there are none');
    const wrong = old.flatMap(([id, entry]): string[] => {
      const expired = objectIn(entry)['expired_ts'];
      if (first?.keys.some((key) => key.id === id) === true) return [`${id} is in use as well`];
      return typeof expired === 'number' && expired <= now ? [] : [`${id} has not ended yet`];
    });
    if (wrong.length === 0) return passes(`${old.length} old ${old.length === 1 ? 'key' : 'keys'}`);
    const verdict: Verdict = {
      status: 'warn',
      detail: wrong.join('; '),
      cure: {
        text: 'Set expired_ts to the time at which it was given up:',
        config: { file: 'homeserver.yaml', lines: ['old_signing_keys:'] },
      },
    };
    return verdict;
  },
};
