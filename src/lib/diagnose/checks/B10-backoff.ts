import { type Check, passes, skips } from '../check.ts';
import { askUrl } from '../facts/ask-url.ts';
import { objectOf } from '../facts/ask-server.ts';
import { legacySettings } from '../facts/legacy.ts';

export const backoff: Check = {
  id: 'B10',
  group: 'legacy',
  title: 'The homeserver takes a ping as a sign of life',
  severity: 'warn',
  fix: 'printed',
  needs: ['B7'],
  why: 'After a while without an answer a homeserver waits longer and longer before it tries again, hours in the end. From Synapse 1.132 on a ping ends that; before, only a restart does.',
  async run(context) {
    const { homeserverUrl } = await legacySettings(context);
    const answer = await askUrl(context, homeserverUrl, { path: '/_matrix/federation/v1/version' });
    const server =
      typeof answer === 'string'
        ? undefined
        : (objectOf(answer)?.['server'] as { name?: unknown; version?: unknown } | undefined);
    if (server?.name !== 'Synapse' || typeof server.version !== 'string') return skips('it is not Synapse');
    if (isAtLeast(server.version, 1, 132)) return passes(`Synapse ${server.version} does`);
    return {
      status: 'warn',
      detail: `Synapse ${server.version} does not`,
      cure: { text: 'If events do not arrive although B7 is fine, start Synapse again, or update it.' },
    };
  },
};

export function isAtLeast(version: string, major: number, minor: number): boolean {
  const [ours = 0, theirs = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  return ours > major || (ours === major && theirs >= minor);
}
