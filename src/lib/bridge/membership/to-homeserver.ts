import type { WorkspaceMembershipChanged } from '../events.ts';
import type { Work } from '../homeserver/acting.ts';
import type { Outcome } from '../outcome.ts';
import { moveGhost } from './ghost-on-matrix.ts';
import { movePuppetsPerson } from './puppet-on-matrix.ts';
import { unlessRefused } from './refusal.ts';

/** How somebody stands to the room in Rocket.Chat becomes how they stand to it on Matrix. */
export function moveOnMatrix(work: Work, event: WorkspaceMembershipChanged): Promise<Outcome> {
  const { person } = event;
  const moved = person?.kind === 'puppet' ? movePuppetsPerson(work, event, person) : moveGhost(work, event);
  return unlessRefused(moved, (outcome) => ({ outcome }));
}
