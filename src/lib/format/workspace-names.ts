/** What Matrix names are called in a workspace; looked up before a message is translated (`namesInHtml`). */
export interface WorkspaceNames {
  /** The Rocket.Chat user behind a Matrix user id: their own account or their puppet. */
  user(matrixUserId: string): { readonly username: string } | undefined;
  /** The Rocket.Chat room behind a Matrix room id or alias. */
  room(aliasOrId: string): { readonly name: string } | undefined;
  /** The custom emoji behind an `mxc:` address, else behind the short code in an image's `alt`. */
  emoji(mxcOrShortCode: string): { readonly name: string } | undefined;
  /** Whether the sender may say `@all` where the message goes. */
  readonly mayMentionAll: boolean;
  /** `m.mentions.room` of the message. */
  readonly roomMentioned: boolean;
}

/** Nobody is known, nobody is mentioned. */
export const NO_NAMES: WorkspaceNames = {
  user: () => undefined,
  room: () => undefined,
  emoji: () => undefined,
  mayMentionAll: false,
  roomMentioned: false,
};

/**
 * What Rocket.Chat's parser reads as one mention. Servers decide by a setting, by default ASCII alone; a
 * name outside of this would mention somebody else or half of it.
 */
const NAME = /^[\p{L}\p{N}_.-]+$/u;
const SHORT_CODE = /^[\w.+-]+$/;

/** `@name`, or undefined when no such mention can be written, as with blanks in the name. */
export const userMention = (username: string): string | undefined =>
  NAME.test(username) && !/^(?:all|here)$/i.test(username) ? `@${username}` : undefined;

/** `#name`, or undefined when no such mention can be written. */
export const roomMention = (name: string): string | undefined => (NAME.test(name) ? `#${name}` : undefined);

/** `:name:`, or undefined when that is no short code. */
export const emojiCode = (name: string): string | undefined => {
  const bare = name.replace(/^:+|:+$/g, '');
  return SHORT_CODE.test(bare) ? `:${bare}:` : undefined;
};
