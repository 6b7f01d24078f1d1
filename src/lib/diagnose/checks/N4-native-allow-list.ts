import { type Check, passes, skips } from '../check.ts';
import { allowListOf } from '../facts/native-allow-list.ts';

export const nativeAllowList: Check = {
  id: 'N4',
  group: 'native',
  title: 'Its allow list says what it means',
  severity: 'warn',
  fix: 'printed',
  needs: ['N1'],
  why: 'Rocket.Chat compares an entry without `*.` with the end of a name: `acme.com` also lets `notacme.com` in. `*.acme.com` means acme.com and all below it, and nothing else.',
  async run(context) {
    const entries = await allowListOf(context);
    if (entries.length === 0) return skips('there is none: everybody is let in');
    const odd = entries.filter((entry) => !/^(?:\*\.)?[a-z0-9.-]+$/i.test(entry));
    if (odd.length > 0)
      return {
        status: 'warn',
        detail: `these are no domains: ${odd.join(', ')}`,
        cure: { text: 'Write domains, with commas between them.' },
      };
    const wide = entries.filter((entry) => !entry.startsWith('*.'));
    if (wide.length === 0) return passes(entries.join(', '));
    return {
      status: 'warn',
      detail: wide.map((entry) => `${entry} also admits not${entry}`).join('; '),
      cure: {
        text: 'Write it so that only the domain and what is below it fit:',
        config: {
          file: 'Administration, Settings, Federation',
          lines: [`Domain Allow List: ${wide.map((entry) => `*.${entry}`).join(',')}`],
        },
      },
    };
  },
};
