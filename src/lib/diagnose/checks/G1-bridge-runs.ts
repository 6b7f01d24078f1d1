import { RcfedError } from '../../core/errors.ts';
import { type Check, passes, skips } from '../check.ts';

export const bridgeRuns: Check = {
  id: 'G1',
  group: 'bridge',
  title: 'The bridge runs',
  severity: 'fail',
  fix: 'printed',
  needs: ['L3'],
  why: 'While it does not run nothing is carried over; what people write meanwhile is made up for at its next start.',
  async run({ setup }) {
    if (setup.profile === undefined) return skips('there is no profile');
    try {
      const { running } = await setup.bridge();
      if (running) return passes('it answers');
    } catch (error) {
      if (!(error instanceof RcfedError)) throw error;
      return {
        status: 'fail',
        detail: error.message,
        evidence: error.why === undefined ? [] : [error.why],
        cure: { text: 'See where it is:', commands: [...error.try] },
      };
    }
    return {
      status: 'fail',
      detail: 'no bridge runs on this store',
      affects: ['nothing is carried over'],
      cure: { text: 'Start it:', commands: ['rcfed federation run'] },
    };
  },
};
