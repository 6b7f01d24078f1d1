import type { InviteView, RoomView } from './views.ts';

export interface CreateRequest {
  /** Of the Rocket.Chat room. */
  readonly name: string;
  /** A private group instead of a channel. */
  readonly private?: boolean | undefined;
  readonly topic?: string | undefined;
  /** Usernames of the workspace, and Matrix ids of people elsewhere. */
  readonly members?: readonly string[] | undefined;
  /** Username of who is an owner besides the bot. */
  readonly owner?: string | undefined;
  /** Of the Matrix room; undefined: the homeserver's own choice. */
  readonly version?: string | undefined;
  /** Not in the room directory. Private groups never are. */
  readonly unlisted?: boolean | undefined;
  /** Localpart, or the whole alias. */
  readonly alias?: string | undefined;
  /** Only say what would be done. */
  readonly dryRun?: boolean | undefined;
}

export interface CreateView {
  /** null: nothing was made, as asked. */
  readonly room: RoomView | null;
  /** False: all was so already. */
  readonly changed: boolean;
  /** What is done, or would be; a line each. */
  readonly plan: readonly string[];
  /** People elsewhere who were asked in. */
  readonly people: readonly InviteView[];
  readonly warnings: readonly string[];
}
