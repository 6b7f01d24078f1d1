import type { HomeserverMembershipChanged } from '../events.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import type { Outcome } from '../outcome.ts';
import type { Work } from '../workspace/acting.ts';
import { moveGhostsUser } from './ghost-in-workspace.ts';
import { movePuppet } from './puppet-in-workspace.ts';
import { unlessRefused } from './refusal.ts';

/** How somebody stands to the room on Matrix becomes how they stand to it in Rocket.Chat. */
export function moveInWorkspace(work: Work, event: HomeserverMembershipChanged, ghosts: Ghosts): Promise<Outcome> {
  const { person } = event;
  const moved = person?.kind === 'puppet' ? movePuppet(work, event, person) : moveGhostsUser(work, event, ghosts);
  return unlessRefused(moved, (outcome) => ({ outcome }));
}
