import type { CheckContext } from '../context.ts';
import { objectOf } from './ask-server.ts';
import { askUrl } from './ask-url.ts';
import { legacySettings } from './legacy.ts';
import { objectIn } from './server-keys.ts';

/** From 1.132 on a ping ends the waiting after a time without an answer. */
const PING_ENDS_WAITING = { major: 1, minor: 132 };

/** The Synapse of the older bridge; undefined: it is another homeserver, or does not say. */
export function legacySynapse(
  context: CheckContext,
): Promise<{ readonly version: string; readonly takesPings: boolean } | undefined> {
  return context.once('legacy-synapse', async () => {
    const { homeserverUrl } = await legacySettings(context);
    const answer = await askUrl(context, homeserverUrl, { path: '/_matrix/federation/v1/version' });
    const { name, version } = objectIn(typeof answer === 'string' ? undefined : objectOf(answer)?.['server']);
    if (name !== 'Synapse' || typeof version !== 'string') return undefined;
    const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
    const { major: wanted, minor: least } = PING_ENDS_WAITING;
    return { version, takesPings: major > wanted || (major === wanted && minor >= least) };
  });
}
