import { randomUUID } from 'node:crypto';
import { RcfedError } from '../../core/errors.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { BridgeParts } from '../parts.ts';
import { claimOwnNames } from './own-names.ts';

/**
 * The bot exists and has its device: sends with a device are remembered across the homeserver's restarts.
 * A homeserver that lets an application service make no device can't promise that, and is refused.
 */
export async function prepareBot(parts: BridgeParts): Promise<void> {
  await parts.homeserver.whoami();
  await claimOwnNames(parts);
  try {
    await parts.homeserver.ensureDevice();
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 404) throw error;
    const why = 'Without a device of its own for each ghost, a message could appear twice after a restart.';
    throw new RcfedError('RCFED_HOMESERVER_TOO_OLD', 'The homeserver gives ghosts no devices', { why, cause: error });
  }
}

/**
 * Has the homeserver ping us. One that could not reach us backs off for up to an hour and more; after a ping that
 * arrives Synapse pushes at once what it has kept. A ping that does not arrive is said: nothing will come from there.
 * https://spec.matrix.org/v1.17/application-service-api/#pinging
 */
export async function tellThatWeListen(parts: BridgeParts): Promise<void> {
  try {
    const { durationMs } = await parts.homeserver.ping(parts.identity.registrationId, randomUUID());
    parts.log('debug', 'homeserver.reaches-us', { durationMs });
  } catch (error) {
    parts.log('warn', 'homeserver.ping-failed', { reason: (error as Error).message });
  }
}
