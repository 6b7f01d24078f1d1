import { RcfedError } from '../../core/errors.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { BridgeParts } from '../parts.ts';

/** Begins like every ghost and is nobody's: usernames of Rocket.Chat have no NUL, which this stands for. */
const NOBODY = '=00rcfed';

/**
 * Makes the bot's account, and one in the ghosts' namespace, which the homeserver refuses where another application
 * service claims the names too: then that one would have ghosts of ours, or ours of its. The bridge whose prefix
 * begins with the other's is told; a wider one can't know what narrower ones there are.
 * https://spec.matrix.org/v1.17/application-service-api/#registration
 *
 * @throws RcfedError RCFED_NAMESPACE_OVERLAP
 */
export async function claimOwnNames({
  homeserver,
  identity,
}: Pick<BridgeParts, 'homeserver' | 'identity'>): Promise<void> {
  const { matrixBot, prefix } = identity;
  for (const localpart of [matrixBot.slice(1, matrixBot.indexOf(':')), prefix + NOBODY]) {
    try {
      await homeserver.registerGhost(localpart);
    } catch (error) {
      if (!(error instanceof RemoteError) || error.code !== 'M_EXCLUSIVE') throw error;
      throw new RcfedError(
        'RCFED_NAMESPACE_OVERLAP',
        `The homeserver reserves @${localpart} for another application service`,
        {
          why: `Two bridges on one homeserver need prefixes of which none begins with the other; this one's is ${prefix}.`,
          cause: error,
        },
      );
    }
  }
}
