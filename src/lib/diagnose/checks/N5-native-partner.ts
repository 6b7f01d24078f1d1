import { type Check, passes, skips } from '../check.ts';
import { admits, allowListOf } from '../facts/native-allow-list.ts';

export const nativePartner: Check = {
  id: 'N5',
  group: 'native',
  title: 'Its allow list admits the other server',
  severity: 'fail',
  fix: 'printed',
  when: 'partner',
  needs: ['N1'],
  why: 'A server that is not on the list is answered with 403, and its people can not be invited. A change counts within a minute; the documentation says after a restart.',
  async run(context) {
    const entries = await allowListOf(context);
    const name = context.partner ?? '';
    if (entries.length === 0) return skips('there is none: everybody is let in');
    if (admits(entries, name)) return passes(`it admits ${name}`);
    return {
      status: 'fail',
      detail: `${name} is not on it`,
      cure: {
        text: 'Add it:',
        config: {
          file: 'Administration, Settings, Federation',
          lines: [`Domain Allow List: ${[...entries, `*.${name}`].join(',')}`],
        },
      },
    };
  },
};
