import { type Check, passes, skips } from '../check.ts';
import { wellKnownOf } from '../facts/well-known.ts';

export const wellKnownType: Check = {
  id: 'D5',
  group: 'discovery',
  title: 'The .well-known document is called JSON',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  needs: ['D4'],
  why: 'The specification wants `Content-Type: application/json`. Most servers read it anyway; some do not.',
  async run(context) {
    const found = (await wellKnownOf(context)).filter(({ outcome }) => outcome === 'found');
    if (found.length === 0) return skips('there is no such document');
    const other = found.find(({ contentType }) => !/^application\/json\b/i.test(contentType));
    if (other === undefined) return passes('its type is application/json');
    return {
      status: 'warn',
      detail: `its type is ${other.contentType === '' ? 'not said' : other.contentType}`,
      cure: {
        text: 'Name the type:',
        config: { file: 'nginx, in its location', lines: ['default_type application/json;'] },
      },
    };
  },
};
