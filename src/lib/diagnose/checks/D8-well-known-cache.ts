import { type Check, passes, skips } from '../check.ts';
import { wellKnownOf } from '../facts/well-known.ts';

const MOST_S = 48 * 60 * 60;

export const wellKnownCache: Check = {
  id: 'D8',
  group: 'discovery',
  title: 'The .well-known document is not kept for too long',
  severity: 'info',
  fix: 'printed',
  about: 'name',
  needs: ['D4'],
  why: 'After a change other servers go on with the old answer until its `max-age` has passed (24 hours where it says nothing, 48 at most), and remember for an hour that there was none.',
  async run(context) {
    const found = (await wellKnownOf(context)).filter(({ outcome }) => outcome === 'found');
    if (found.length === 0) return skips('there is no such document');
    const ages = found.flatMap(({ cacheControl }) => {
      const age = /max-age=(\d+)/i.exec(cacheControl)?.[1];
      return age === undefined ? [] : [Number(age)];
    });
    if (ages.length === 0) return passes('it does not say for how long: other servers take 24 hours');
    const longest = Math.max(...ages);
    if (longest <= MOST_S) return passes(`others keep it for ${longest} seconds`);
    return {
      status: 'info',
      detail: `it says max-age=${longest}: others keep it for 48 hours at most`,
      cure: {
        text: 'Before moving the server, lower it:',
        config: { file: 'nginx, in its location', lines: ['add_header Cache-Control "max-age=3600";'] },
      },
    };
  },
};
