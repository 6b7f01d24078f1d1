import type { MatrixUserId } from '../../core/ids.ts';
import type { Profile } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { mayBeGhost } from '../direct/invite.ts';
import type { HomeserverMembershipChanged } from '../events.ts';
import type { MatrixEvent } from '../homeserver/event.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { NEVER_SETTLED, agreementOf, settledOf } from './settled.ts';
import { everStandingOnMatrix, standingOf } from './standing.ts';

/**
 * How somebody stands to the room on Matrix now, if that is not what was last settled. Of people who have no puppet
 * nothing is to be done, however many come and go, and nobody is asked anything.
 */
export async function interpretMatrixMember(
  parts: BridgeParts,
  portal: Portal,
  event: MatrixEvent,
): Promise<HomeserverMembershipChanged | Nothing> {
  const who = event.stateKey as MatrixUserId | undefined;
  if (who === undefined || who === parts.identity.matrixBot) return nothing('ignored');
  const person = await parts.store.people.byMatrixUser(who);
  const isPuppets = person?.kind === 'puppet';
  if (person === undefined && !mayBeGhost(parts.identity, who)) return nothing('no puppet');
  if (isPuppets && (person.workspaceUserId === undefined || parts.identity.mode === 'alias')) {
    return nothing('no puppet');
  }
  const ever = await everStandingOnMatrix(parts, portal, who);
  const now = ever ?? 'out';
  const settled = person === undefined ? NEVER_SETTLED : await settledOf(parts, portal, person);
  if (ever === undefined && person !== undefined && settled.onMatrix === 'in')
    return stayedBehind(parts, portal, person);
  if (now === settled.onMatrix) return nothing('unchanged');
  if (person === undefined && now !== 'invited') return nothing('nobody');
  // Our ghosts join by us alone; somebody who is invited by others may still turn it down.
  if (isPuppets ? now === 'invited' && settled.onMatrix === 'out' : now === 'in') return nothing('unchanged');
  if (isPuppets && now === 'in' && !parts.access.admitsUser(who)) return nothing('blocked');
  const { sender, id: eventId, content } = event;
  const isDoneByIt = sender !== parts.identity.matrixBot && standingOf(content['membership']) === now;
  // Who was invited by somebody else as well has a row of that.
  if (isDoneByIt && now === 'invited' && !parts.access.admitsUser(sender)) return nothing('blocked');
  const reason = isDoneByIt && typeof content['reason'] === 'string' ? content['reason'] : undefined;
  const common = { kind: 'membership.changed', origin: 'homeserver', sender, eventId } as const;
  return { ...common, who, person, settled, now, by: isDoneByIt ? sender : undefined, reason };
}

/**
 * They were settled in the room that this one replaced, and nobody put them out of this one: nobody is put out of
 * Rocket.Chat. A ghost is brought in by the next comparison.
 */
async function stayedBehind(parts: BridgeParts, portal: Portal, person: Profile): Promise<Nothing> {
  const outcome = 'has not come along to this room';
  if (person.kind === 'puppet') return nothing(outcome, { agreed: agreementOf(portal, person, { absence: 'behind' }) });
  await parts.store.people.setMember(portal.id, person.id, false);
  return nothing(outcome);
}
