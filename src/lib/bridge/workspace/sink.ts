import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { actingPortal, targetOf } from '../direct/acting-portal.ts';
import { partsIn } from '../direct/hands.ts';
import { isPartOf, leftOut } from '../direct/left-out.ts';
import type { HomeserverEvent, SettledWith } from '../events.ts';
import type { PollTallies } from '../live/poll-tallies.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import { moveInWorkspace } from '../membership/to-workspace.ts';
import type { Manner, Outcome } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { pinInWorkspace } from '../pins/to-workspace.ts';
import { changeWorkspaceRoom } from '../room-state/to-workspace.ts';
import type { FollowRoom } from '../room-upgrade/follow.ts';
import { rolesToWorkspace } from '../roles/to-workspace.ts';
import type { Work } from './acting.ts';
import { edit } from './edit.ts';
import type { LookUpForWorkspace } from './names.ts';
import { postFile } from './post-file.ts';
import { post } from './post.ts';
import type { Puppets } from './puppets.ts';
import { react, takeBack } from './react.ts';
import { remove } from './remove.ts';
import { tellEncrypted } from './tell-encrypted.ts';

export interface WorkspaceSink {
  /** Acts in Rocket.Chat. */
  apply(portal: Portal, row: InboxRow, event: HomeserverEvent, how: Manner): Promise<Outcome>;
}

/** Of a message in a direct message that this person was not in yet. */
const OF_AN_OLDER_ROOM: Outcome = { outcome: 'of an older room' };

export function createWorkspaceSink(
  parts: BridgeParts,
  { ghosts, puppets }: { readonly ghosts: Ghosts; readonly puppets: Puppets },
  lookUp: LookUpForWorkspace,
  tallies: Pick<PollTallies, 'counted'>,
  follow: FollowRoom,
): WorkspaceSink {
  const { settings } = parts;
  return {
    async apply(portal, row, event, how) {
      const where = await actingPortal(parts, portal, row, event);
      const here = await partsIn(parts, where);
      const work: Work = { parts: here, puppets, lookUp, settings, portal: where, row, how };
      if (!(await isPartOf(work, event.sender)))
        return where.id !== portal.id && targetOf(event) !== undefined ? OF_AN_OLDER_ROOM : leftOut(work, event);
      switch (event.kind) {
        case 'message.posted':
          return event.file === undefined ? settledWith(event, post(work, event)) : postFile(work, event, event.file);
        case 'message.edited':
          return settledWith(event, edit(work, event));
        case 'message.deleted':
          return remove(work, event);
        case 'reaction.added':
          return react(work, event);
        case 'reaction.removed':
          return takeBack(work, event);
        case 'pins.changed':
          return pinInWorkspace(work, event);
        case 'room.changed':
          return changeWorkspaceRoom(work, event);
        case 'room.replaced':
          return follow(work, event);
        case 'roles.changed':
          return rolesToWorkspace(work, event);
        case 'membership.changed':
          return moveInWorkspace(work, event, ghosts);
        case 'poll.counted':
          return settledWith(
            event,
            tallies.counted(portal, event.pollId).then(() => ({ outcome: 'counted' })),
          );
        case 'room.encrypted':
          return tellEncrypted(work, event);
      }
    },
  };
}

async function settledWith(
  { settledWith: more }: { readonly settledWith?: SettledWith },
  acting: Promise<Outcome>,
): Promise<Outcome> {
  const outcome = await acting;
  if (more === undefined) return outcome;
  return {
    ...outcome,
    pollEntries: [...(outcome.pollEntries ?? []), ...(more.pollEntries ?? [])],
    redacted: [...(outcome.redacted ?? []), ...(more.redacted ?? [])],
    tombstones: [...(outcome.tombstones ?? []), ...(more.tombstones ?? [])],
  };
}
