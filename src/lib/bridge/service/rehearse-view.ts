export interface RehearseRequest {
  /** Name or id of the Rocket.Chat room. */
  readonly room: string;
  /** `#alias:server` or `!id`; undefined: one that would be made. */
  readonly matrixRoom?: string | undefined;
}

/** What a link would mean, found out without changing anything. */
export interface RehearsalView {
  readonly room: { readonly name: string; readonly roomId: string; readonly type: 'channel' | 'group' };
  readonly matrixRoom: {
    /** null: it would be made. */
    readonly roomId: string | null;
    /** That it has, or would get. */
    readonly alias: string | null;
    readonly isNew: boolean;
    /** The bot is in it: only so everything about it can be told. */
    readonly seen: boolean;
  };
  readonly people: {
    /** In Rocket.Chat: each appears on Matrix. */
    readonly colleagues: number;
    /** On Matrix, ours not counted; null: not known before the bot is in the room. */
    readonly external: number | null;
  };
  readonly seats: {
    /** Accounts that are still to be made in Rocket.Chat if everybody there speaks; null: not known. */
    readonly needed: number | null;
    /** null: no limit. */
    readonly free: number | null;
  };
  /** People whose username somebody else has: theirs gets a suffix. */
  readonly collisions: readonly { readonly user: string; readonly username: string }[];
  readonly history: { readonly inWorkspace: string; readonly onMatrix: string };
  /** What would not work, or only partly. */
  readonly degrades: readonly string[];
  /** Why it would be refused; null: it would not. */
  readonly refused: string | null;
  /** Estimates: requests of everybody's first appearance, and how long they take under the usual limits. */
  readonly cost: {
    readonly workspaceRequests: number;
    readonly homeserverRequests: number;
    readonly minutes: number;
  };
}
