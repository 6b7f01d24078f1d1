/**
 * A text as one word of a POSIX shell, for commands that people are shown: what a server calls a room must not be a
 * command of its own once it is pasted, and `#` begins a comment. A path may begin
 * with `~`.
 */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
