import type { HomeserverRoomEncrypted } from '../events.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace, sayOnMatrix } from '../notices/say.ts';
import type { Outcome } from '../outcome.ts';
import type { Work } from './acting.ts';

const CAUSE = 'room-encrypted';
const CURE_OF_ROOM =
  'Encryption stays on for good: use another Matrix room without it, and have an administrator unlink this one and link that one (rcfed rooms unlink, rcfed rooms link).';
const CURE_OF_DIRECT = 'Encryption stays on for good: begin a new conversation without it.';

/** Once per room, on both sides: what is encrypted can't be read here, and nobody should think that it was. */
export async function tellEncrypted(
  { parts, portal }: Pick<Work, 'parts' | 'portal'>,
  { sender }: HomeserverRoomEncrypted,
): Promise<Outcome> {
  const cure = portal.roomType === 'd' ? CURE_OF_DIRECT : CURE_OF_ROOM;
  await tellOnce(parts, portal, CAUSE, async () => {
    parts.log('warn', 'notice.encrypted', { portal: portal.name, cause: CAUSE, sender });
    await sayInWorkspace(
      parts,
      portal,
      CAUSE,
      `The Matrix room is encrypted: what is written there can't be read here. Messages from here still go there, not encrypted. ${cure}`,
    );
    await sayOnMatrix(
      parts,
      portal,
      CAUSE,
      `This room is encrypted: messages from here can't be read in Rocket.Chat. Messages from Rocket.Chat still come here, not encrypted. ${cure}`,
    );
  });
  return { outcome: 'encrypted' };
}
