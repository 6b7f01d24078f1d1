import type { MatrixUserId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import { mayBeGhost } from '../direct/invite.ts';
import type { BridgeParts } from '../parts.ts';
import type { Puppets } from '../workspace/puppets.ts';
import { standingOnMatrix } from './standing.ts';

interface MentionedOptions {
  readonly parts: BridgeParts;
  readonly puppets: Puppets;
  readonly signal: AbortSignal;
}

/**
 * Somebody in Rocket.Chat named a Matrix user who has no puppet by their whole id: whoever is in the room gets one,
 * to be found by name from then on. Nobody waits for it.
 */
export function createMentioned({
  parts,
  puppets,
  signal,
}: MentionedOptions): (portal: Portal, id: MatrixUserId) => void {
  const { identity, access } = parts;
  const make = async (portal: Portal, id: MatrixUserId): Promise<void> => {
    if ((await standingOnMatrix(parts, portal, id)) === 'in') await puppets.inRoom(portal, id);
  };
  return (portal, id) => {
    if (portal.direct !== undefined || identity.mode === 'alias' || !access.admitsUser(id)) return;
    if (mayBeGhost(identity, id) || id === identity.matrixBot) return;
    make(portal, id).catch((error: unknown) => {
      if (!signal.aborted) parts.log('warn', 'puppet.not-made', { user: id, reason: (error as Error).message });
    });
  };
}
