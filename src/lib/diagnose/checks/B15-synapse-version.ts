import { type Check, type Verdict, passes, skips } from '../check.ts';
import { askUrl } from '../facts/ask-url.ts';
import { objectOf } from '../facts/ask-server.ts';
import { legacySettings } from '../facts/legacy.ts';
import { isAtLeast } from './B10-backoff.ts';

export const synapseVersion: Check = {
  id: 'B15',
  group: 'legacy',
  title: 'Its Synapse is new enough',
  severity: 'warn',
  fix: 'printed',
  needs: ['B4'],
  why: 'Pings came with 1.84; from 1.132 on they end the waiting after a time without an answer. The chart of Rocket.Chat still brings 1.84.1 along.',
  async run(context) {
    const { homeserverUrl } = await legacySettings(context);
    const answer = await askUrl(context, homeserverUrl, { path: '/_matrix/federation/v1/version' });
    const server =
      typeof answer === 'string'
        ? undefined
        : (objectOf(answer)?.['server'] as { name?: unknown; version?: unknown } | undefined);
    if (server?.name !== 'Synapse' || typeof server.version !== 'string') return skips('it is not Synapse');
    if (isAtLeast(server.version, 1, 132)) return passes(server.version);
    const verdict: Verdict = {
      status: 'warn',
      detail: `it is ${server.version}`,
      cure: { text: 'Update it to 1.132 or newer.' },
    };
    return verdict;
  },
};
