import { type Check, passes, skips } from '../check.ts';
import { serverKeysOf } from '../facts/server-keys.ts';

export const sameKeys: Check = {
  id: 'K7',
  group: 'keys',
  title: 'Every address has the same keys',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['K1'],
  why: 'Two servers behind one name, a test one and the real one for example, take turns in being believed.',
  async run(context) {
    const published = (await serverKeysOf(context)).filter(({ document }) => document !== undefined);
    if (published.length < 2) return skips('the name leads to one address');
    const shown = published.map(({ keys }) =>
      keys
        .map(({ id, key }) => `${id} ${key}`)
        .toSorted()
        .join(),
    );
    if (new Set(shown).size === 1) return passes('they are the same');
    return {
      status: 'fail',
      detail: 'the addresses publish different keys',
      evidence: published.map(
        ({ address, keys }) => `${address}: ${keys.map(({ id, key }) => `${id} ${key}`).join(', ')}`,
      ),
      cure: { text: 'Lead the name to one homeserver: look where each address goes.' },
    };
  },
};
