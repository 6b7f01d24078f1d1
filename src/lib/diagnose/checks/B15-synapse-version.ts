import { type Check, passes, skips } from '../check.ts';
import { legacySynapse } from '../facts/legacy-synapse.ts';

export const synapseVersion: Check = {
  id: 'B15',
  group: 'legacy',
  title: 'Its Synapse is new enough',
  severity: 'warn',
  fix: 'printed',
  needs: ['B4'],
  why: 'Pings came with 1.84; from 1.132 on they end the waiting after a time without an answer. The chart of Rocket.Chat still brings 1.84.1 along.',
  async run(context) {
    const synapse = await legacySynapse(context);
    if (synapse === undefined) return skips('it is not Synapse');
    if (synapse.takesPings) return passes(synapse.version);
    const cure = { text: 'Update it to 1.132 or newer.' };
    return { status: 'warn', detail: `it is ${synapse.version}`, cure };
  },
};
