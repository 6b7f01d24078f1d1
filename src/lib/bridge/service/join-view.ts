import type { LinkView } from './views.ts';

export interface JoinRequest {
  /** `#alias:server` or `!id`. */
  readonly room: string;
  /** Servers to join through. */
  readonly via?: readonly string[] | undefined;
  /** Of the Rocket.Chat room; undefined: as on Matrix. */
  readonly name?: string | undefined;
  /** Nobody gets an account at once where more are in the room; undefined: 20. */
  readonly maxMembers?: number | undefined;
}

export type JoinView = LinkView;
