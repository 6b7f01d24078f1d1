import type { LinkView, RoomView } from './views.ts';

export interface JoinRequest {
  /** `#alias:server` or `!id`. */
  readonly room: string;
  /** Servers to join through. */
  readonly via?: readonly string[] | undefined;
  /** Of the Rocket.Chat room; undefined: as on Matrix. */
  readonly name?: string | undefined;
  /** Nobody gets an account at once where more are in the room; undefined: 20. */
  readonly maxMembers?: number | undefined;
  /** Only a room that anybody may join: whoever asks is no admin. */
  readonly openOnly?: boolean | undefined;
  /** Only say what would be done: the bot does not join. */
  readonly dryRun?: boolean | undefined;
}

export interface JoinView extends Omit<LinkView, 'room'> {
  /** null: nothing was made, as asked. */
  readonly room: RoomView | null;
}
