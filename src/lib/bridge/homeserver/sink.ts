import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { partsIn } from '../direct/hands.ts';
import type { WorkspaceEvent } from '../events.ts';
import type { Manner, Outcome } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { moveOnMatrix } from '../membership/to-homeserver.ts';
import { pinOnMatrix } from '../pins/to-homeserver.ts';
import { changeMatrixRoom } from '../room-state/to-homeserver.ts';
import { rolesToMatrix } from '../roles/to-homeserver.ts';
import type { Puppets } from '../workspace/puppets.ts';
import type { Work } from './acting.ts';
import { announce } from './announce.ts';
import { change } from './change.ts';
import type { Ghosts } from './ghosts.ts';
import type { LookUpForMatrix } from './names.ts';
import { postFiles } from './post-files.ts';
import { post } from './post.ts';
import { withReactions } from './react.ts';

export interface HomeserverSink {
  /** Acts on Matrix. */
  apply(portal: Portal, row: InboxRow, event: WorkspaceEvent, how: Manner): Promise<Outcome>;
}

export function createHomeserverSink(
  parts: BridgeParts,
  { ghosts, puppets }: { readonly ghosts: Ghosts; readonly puppets: Puppets },
  lookUp: LookUpForMatrix,
): HomeserverSink {
  const { settings } = parts;
  return {
    async apply(portal, row, event, how) {
      if (portal.matrixRoomId === undefined) throw new Error(`portal ${portal.id} has no Matrix room yet`);
      const here = await partsIn(parts, portal);
      const work: Work = {
        parts: here,
        ghosts,
        puppets,
        lookUp,
        settings,
        portal,
        row,
        roomId: portal.matrixRoomId,
        how,
      };
      switch (event.kind) {
        case 'message.posted':
          return (event.files.length === 0 ? post(work, event) : postFiles(work, event)).then((done) =>
            withReactions(work, event, done),
          );
        case 'announced':
          return announce(work, event).then((done) => withReactions(work, event, done));
        case 'message.edited':
        case 'message.deleted':
        case 'reactions.changed':
          return change(parts, work, event);
        case 'pins.changed':
          return pinOnMatrix(work, event);
        case 'room.changed':
          return changeMatrixRoom(work, event);
        case 'roles.changed':
          return rolesToMatrix(work, event);
        case 'membership.changed':
          return moveOnMatrix(work, event);
      }
    },
  };
}
