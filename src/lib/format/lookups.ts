import type { MatrixUserId } from '../core/ids.ts';

/** The parts of an `m.room.message` that carry its text. */
export interface MatrixText {
  readonly body: string;
  readonly format?: 'org.matrix.custom.html';
  readonly formatted_body?: string;
}

/** Whom a message notifies: the ids in the order of the text, each once. */
export interface Mentions {
  readonly userIds: readonly MatrixUserId[];
  readonly room: boolean;
}

/**
 * What a message's names stand for on Matrix. The look-ups answer at once and never throw; `namesIn` says
 * beforehand what will be asked for. A name without an answer stays as it was written.
 */
export interface Lookups {
  /** `name` is a username without its `@`. */
  user(name: string): { readonly matrixUserId: MatrixUserId; readonly displayName: string } | undefined;
  /** `name` is a room's name without its `#`; so is the answer's. */
  room(name: string): { readonly alias: string; readonly name: string } | undefined;
  /** A custom emoji, which goes before a standard one. Neither short code has colons. */
  emoji(shortCode: string): { readonly mxc: string; readonly shortCode: string } | undefined;
  /** Whether the sender's `@all` and `@here` notify the Matrix room. */
  readonly mayMentionRoom: boolean;
  /** Rocket.Chat's setting `Katex_Dollar_Syntax`: `$x$` is a formula. Off there unless somebody turns it on. */
  readonly dollarMath?: boolean;
}

/** For where names mean nothing: they stay text. */
export const KNOWS_NO_NAMES: Lookups = {
  user: () => undefined,
  room: () => undefined,
  emoji: () => undefined,
  mayMentionRoom: false,
};

/** Names in a message, each once, in the order of the text. */
export interface Names {
  readonly users: readonly string[];
  readonly rooms: readonly string[];
  /** Short codes without colons, standard ones among them. */
  readonly emoji: readonly string[];
}

/** `m.mentions` of an event (https://spec.matrix.org/v1.17/client-server-api/#definition-mmentions). */
export function mentionsContent({ userIds, room }: Mentions): {
  user_ids?: readonly MatrixUserId[];
  room?: true;
} {
  return { ...(userIds.length > 0 ? { user_ids: userIds } : {}), ...(room ? { room: true } : {}) };
}
