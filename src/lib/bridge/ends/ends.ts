import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import type { LiveFeature } from '../live/live-feature.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { createIdlePuppets } from './idle-puppets.ts';
import type { OnTheirWay } from './last-words.ts';
import { createPeopleGone } from './people-gone.ts';
import { createRoomEnds } from './room-ends.ts';

/** How often it is compared what ended; unset: as each says. */
export interface EndsEvery {
  /** Which rooms the bot is in, ms. */
  readonly compareEndsMs?: number;
  /** Which external people are in no room any more, ms. */
  readonly comparePuppetsMs?: number;
}

interface EndsOptions extends EndsEvery, OnTheirWay {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly ghosts: Pick<Ghosts, 'distrust'>;
  readonly portalChanged: (portal: Portal) => Promise<void>;
  readonly seekAnotherRoom: (portal: Portal, waiting: InboxRow) => Promise<boolean>;
  readonly wake: (lane: string) => void;
  readonly signal: AbortSignal;
}

export interface Ends {
  readonly features: readonly LiveFeature[];
  /** Everybody of the workspace, as just listed. */
  listed(users: readonly WorkspaceUser[]): void;
}

/** What follows the ends of rooms and people while the bridge runs. */
export function createEnds({ compareEndsMs, comparePuppetsMs, ...options }: EndsOptions): Ends {
  const peopleGone = createPeopleGone(options);
  return {
    features: [
      peopleGone,
      createRoomEnds({ ...options, everyMs: compareEndsMs }),
      createIdlePuppets({ ...options, everyMs: comparePuppetsMs }),
    ],
    listed: (users) => peopleGone.listed(users),
  };
}
