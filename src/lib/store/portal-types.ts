import type { MatrixRoomId, MatrixUserId, MessageId, WorkspaceRoomId } from '../core/ids.ts';
import type { Lane } from './inbox-types.ts';
import type { AgreedChange } from './settlement-types.ts';

export type PortalId = number;

export type PortalState = 'linking' | 'active' | 'closed';

/** What becomes of messages on Matrix that were pruned in Rocket.Chat, by a policy or an admin. */
export type PortalRetention = 'keep' | 'redact';

export interface Portal {
  readonly id: PortalId;
  readonly lane: Lane;
  readonly workspaceRoomId: WorkspaceRoomId;
  /** undefined only while linking with a room yet to be made. */
  readonly matrixRoomId: MatrixRoomId | undefined;
  readonly state: PortalState;
  /** `c` channel, `p` private group, `d` direct message. */
  readonly roomType: 'c' | 'p' | 'd';
  readonly name: string;
  readonly alias: string | undefined;
  readonly retention: PortalRetention;
  readonly createdAt: number;
  /** Of a direct message, where neither of our bots is a member: who acts for them. */
  readonly direct?: DirectHands | undefined;
}

/** Members of a direct message by whom the bridge reads there, says what it has to say, and changes what nobody else may. */
export interface DirectHands {
  /** The Matrix user whose puppet is meant. */
  readonly puppet: MatrixUserId;
  readonly ghost: MatrixUserId;
}

export interface Pins {
  /** Messages of that portal that were last settled as pinned on both sides. */
  of(portalId: PortalId): Promise<ReadonlySet<MessageId>>;
}

export interface Agreed {
  /** By field, such as `name` or `role:<Matrix user id>`: each feature has its own, and says what its values mean. */
  of(portalId: PortalId): Promise<ReadonlyMap<string, string>>;
  /** Outside of a settlement: when a portal is made. */
  put(change: AgreedChange): Promise<void>;
}

export interface Portals {
  /** Answers the existing one if either room is in a portal that is not closed. */
  create(portal: Omit<Portal, 'id' | 'lane' | 'createdAt'>): Promise<{ portal: Portal; created: boolean }>;
  byId(id: PortalId): Promise<Portal | undefined>;
  byMatrixRoom(roomId: MatrixRoomId): Promise<Portal | undefined>;
  byWorkspaceRoom(roomId: WorkspaceRoomId): Promise<Portal | undefined>;
  /** Not closed, by name. */
  list(): Promise<readonly Portal[]>;
  /** Sets the Matrix room or the state; becoming active merges the pending rows of both rooms' own lanes into the portal's, in the same transaction; a direct message takes along what still waits in its rooms' closed portals. */
  update(
    id: PortalId,
    change: Partial<Pick<Portal, 'matrixRoomId' | 'state' | 'roomType' | 'name' | 'alias' | 'retention'>>,
  ): Promise<Portal>;
}
