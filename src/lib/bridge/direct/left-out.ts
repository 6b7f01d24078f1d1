import type { MatrixUserId } from '../../core/ids.ts';
import type { HomeserverEvent } from '../events.ts';
import { tellOnce } from '../notices/once.ts';
import { sayOnMatrix } from '../notices/say.ts';
import type { Outcome } from '../outcome.ts';
import type { Work } from '../workspace/acting.ts';

/** Whether that Matrix user can be heard in Rocket.Chat: who is in a direct message is fixed when it is opened. */
export async function isPartOf({ parts, portal }: Work, sender: MatrixUserId): Promise<boolean> {
  if (portal.direct === undefined) return true;
  const person = await parts.store.people.byMatrixUser(sender);
  return person !== undefined && (await parts.store.people.isMember(portal.id, person.id));
}

/** Said once to each who came later. */
export async function leftOut({ parts, portal }: Work, { sender }: HomeserverEvent): Promise<Outcome> {
  const cause = `left-out:${sender}`;
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.left-out', { portal: portal.name, sender });
    await sayOnMatrix(parts, portal, cause, leftOutText(sender));
  });
  return { outcome: 'not a member of the direct message in Rocket.Chat' };
}

const leftOutText = (who: MatrixUserId): string =>
  `${who} is not part of this conversation in Rocket.Chat, where nobody can be added to a direct message: what they write here is not seen there. Start a new room with everybody instead.`;
