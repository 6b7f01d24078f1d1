import type { SynapseAdmin } from '../../matrix/synapse-admin.ts';

/**
 * What becomes of a Matrix room whose Rocket.Chat room was deleted, and the other way round.
 * - close: it is said in the room that is left, our side leaves it, the portal is closed. A Rocket.Chat room is
 *   archived.
 * - keep: it is said, the portal is closed, and all else stays as it is.
 * - delete: as close; besides, the Matrix room is purged from the homeserver where its administrator's token is
 *   known, else everybody is put out of it whom the bridge may put out. A Rocket.Chat room is archived even so:
 *   the workspace's history is never deleted because of what happened on Matrix.
 */
export type RoomEnds = 'close' | 'keep' | 'delete';

/** What a profile says of the ends of things. */
export interface EndTerms {
  readonly roomEnds: RoomEnds;
  /** A puppet whose person is in no bridged room any more is deactivated after so long, ms. */
  readonly puppetIdleMs: number;
  /** undefined: nobody gave an administrator's token of the homeserver. */
  readonly synapseAdmin: SynapseAdmin | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

export const DEFAULT_END_TERMS: EndTerms = { roomEnds: 'close', puppetIdleMs: 30 * DAY_MS, synapseAdmin: undefined };
