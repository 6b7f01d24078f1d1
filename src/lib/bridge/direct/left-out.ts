import type { MatrixUserId } from '../../core/ids.ts';
import { companyLane } from '../../store/lane-names.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverEvent } from '../events.ts';
import type { MatrixEvent } from '../homeserver/event.ts';
import { tellOnce, wasTold } from '../notices/once.ts';
import { sayOnMatrix } from '../notices/say.ts';
import type { Outcome } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import type { Work } from '../workspace/acting.ts';
import { mayBeGhost } from './invite.ts';

/** Whether that Matrix user can be heard in Rocket.Chat: who is in a direct message is fixed when it is opened. */
export async function isPartOf({ parts, portal }: Work, sender: MatrixUserId): Promise<boolean> {
  if (portal.direct === undefined) return true;
  const person = await parts.store.people.byMatrixUser(sender);
  return person !== undefined && (await parts.store.people.isMember(portal.id, person.id));
}

/**
 * Whether it is still being settled if this person comes into the direct message: what they say waits for that. Who was
 * told that they are left out no longer is.
 */
export async function isAwaited(
  { store, identity }: Pick<BridgeParts, 'store' | 'identity'>,
  portal: Portal,
  { sender, roomId }: Pick<MatrixEvent, 'sender' | 'roomId'>,
): Promise<boolean> {
  if (portal.direct === undefined || sender === identity.matrixBot || mayBeGhost(identity, sender)) return false;
  if ((await store.inbox.head(companyLane(roomId), 'homeserver')) === undefined) return false;
  const person = await store.people.byMatrixUser(sender);
  if (person !== undefined && (await store.people.isMember(portal.id, person.id))) return false;
  return !(await wasTold({ store }, portal, causeOf(sender)));
}

const causeOf = (sender: MatrixUserId): string => `left-out:${sender}`;

/** Said once to each who came later. */
export async function leftOut({ parts, portal }: Work, { sender }: HomeserverEvent): Promise<Outcome> {
  const cause = causeOf(sender);
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.left-out', { portal: portal.name, sender });
    await sayOnMatrix(parts, portal, cause, leftOutText(sender));
  });
  return { outcome: 'not a member of the direct message in Rocket.Chat' };
}

const leftOutText = (who: MatrixUserId): string =>
  `${who} is not part of this conversation in Rocket.Chat, where nobody can be added to a direct message: what they write here is not seen there. Start a new room with everybody instead.`;
