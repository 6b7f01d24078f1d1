import { type Check, passes, skips } from '../check.ts';
import { legacySynapse } from '../facts/legacy-synapse.ts';

export const backoff: Check = {
  id: 'B10',
  group: 'legacy',
  title: 'The homeserver takes a ping as a sign of life',
  severity: 'warn',
  fix: 'printed',
  needs: ['B7'],
  why: 'After a while without an answer a homeserver waits longer and longer before it tries again, hours in the end. From Synapse 1.132 on a ping ends that; before, only a restart does.',
  async run(context) {
    const synapse = await legacySynapse(context);
    if (synapse === undefined) return skips('it is not Synapse');
    if (synapse.takesPings) return passes(`Synapse ${synapse.version} does`);
    return {
      status: 'warn',
      detail: `Synapse ${synapse.version} does not`,
      cure: { text: 'If events do not arrive although B7 is fine, start Synapse again, or update it.' },
    };
  },
};
