import type { MatrixApi } from '../../matrix/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { asPuppet } from '../workspace/as-puppet.ts';

/** Who acts for the bridge in that portal's Matrix room: the bot, or in a direct message the ghost chosen for it. */
export function homeserverIn({ homeserver }: Pick<BridgeParts, 'homeserver'>, { direct }: Portal): MatrixApi {
  return direct === undefined ? homeserver : homeserver.as(direct.ghost);
}

/**
 * The same parts, with both servers reached as somebody who is in that portal's rooms: neither of our bots is a
 * member of a direct message, so a puppet and a ghost that are read there and say what is to be said.
 */
export async function partsIn(parts: BridgeParts, portal: Portal): Promise<BridgeParts> {
  if (portal.direct === undefined) return parts;
  const reader = asPuppet(parts, await parts.store.people.byMatrixUser(portal.direct.puppet));
  if (reader === undefined) {
    throw new Error(`${portal.direct.puppet} has no account in Rocket.Chat to read ${portal.name} with`);
  }
  return { ...parts, workspace: reader.api, homeserver: homeserverIn(parts, portal) };
}
