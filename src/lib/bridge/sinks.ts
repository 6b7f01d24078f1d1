import type { Ghosts } from './homeserver/ghosts.ts';
import { createLookUpForMatrix } from './homeserver/names.ts';
import { createMayNotifyRoom } from './homeserver/room-power.ts';
import { type HomeserverSink, createHomeserverSink } from './homeserver/sink.ts';
import type { PollTallies } from './live/poll-tallies.ts';
import { createMentioned } from './membership/mentioned.ts';
import type { BridgeParts } from './parts.ts';
import type { PortalIndex } from './portal-index.ts';
import type { FollowRoom } from './room-upgrade/follow.ts';
import { createLookUpForWorkspace } from './workspace/names.ts';
import type { Puppets } from './workspace/puppets.ts';
import { type WorkspaceSink, createWorkspaceSink } from './workspace/sink.ts';

interface SinksOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly ghosts: Ghosts;
  readonly puppets: Puppets;
  readonly tallies: PollTallies;
  readonly follow: FollowRoom;
  readonly signal: AbortSignal;
}

/** Both ways out, which look names up in what the other side knows. */
export function createSinks({ parts, portals, ghosts, puppets, tallies, follow, signal }: SinksOptions): {
  readonly homeserver: HomeserverSink;
  readonly workspace: WorkspaceSink;
} {
  const people = { ghosts, puppets };
  const mayNotifyRoom = createMayNotifyRoom(parts);
  const onMatrix = createLookUpForMatrix(parts, portals, mayNotifyRoom, createMentioned({ parts, puppets, signal }));
  const inWorkspace = createLookUpForWorkspace(parts, portals, mayNotifyRoom);
  return {
    homeserver: createHomeserverSink(parts, people, onMatrix),
    workspace: createWorkspaceSink(parts, people, inWorkspace, tallies, follow),
  };
}
