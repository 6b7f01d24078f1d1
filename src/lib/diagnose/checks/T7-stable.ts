import { type Check, type Verdict, passes } from '../check.ts';
import { attemptsOf } from '../facts/handshakes.ts';

export const stable: Check = {
  id: 'T7',
  group: 'transport',
  title: 'The first try works',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  needs: ['T2'],
  why: 'Other servers try once and then wait longer and longer. A connection that works only the second time costs minutes.',
  async run(context) {
    const attempts = await attemptsOf(context);
    return attempts.map(({ target: { address }, retried }): Verdict =>
      retried
        ? {
            status: 'warn',
            address,
            detail: `${address} took two tries`,
            cure: { text: 'Look into the log of the proxy: one of its backends may be down.' },
          }
        : { ...passes('it did'), address },
    );
  },
};
