import type { Portal } from '../store/portal-types.ts';
import type { OpeningParts } from './direct/opening.ts';
import type { Ghosts } from './homeserver/ghosts.ts';
import type { PortalIndex } from './portal-index.ts';
import type { Puppets } from './workspace/puppets.ts';

/** How one of the servers is doing. */
export interface SideState {
  /** It has answered at least once since the start. */
  readonly asked: boolean;
  readonly waitingFor: string | undefined;
  readonly since: number | undefined;
}

/** The running bridge, as the admin API and the commands see it. */
export interface Bridge {
  /** Where the homeserver reaches us. */
  readonly url: string;
  readonly portals: PortalIndex;
  readonly ghosts: Ghosts;
  readonly puppets: Puppets;
  sides(): { readonly workspace: SideState & { readonly realtime: boolean }; readonly homeserver: SideState };
  /** Why rows of that portal wait although both servers work. */
  problemsOf(portal: Portal): readonly string[];
  /** To open direct messages that somebody asks for. */
  readonly opening: OpeningParts;
  /** A portal was linked, changed or closed. */
  portalChanged(portal: Portal, linkedAt?: number): Promise<void>;
  /** See `Hearing`. */
  hears(): Promise<number | undefined>;
  /** Rows were put back by hand. */
  wake(lane: string): void;
  /** Finishes the rows under way, keeps the others, closes connections. */
  stop(): Promise<void>;
}
