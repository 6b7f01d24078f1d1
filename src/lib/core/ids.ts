/**
 * Distinct types for the ids of both systems, so that a Rocket.Chat room id can't be passed where a
 * Matrix room id is meant. They are plain strings at run time; `as` is used only where an id enters
 * the program: a parsed answer, a database row, a flag.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Domain of a homeserver, with its port if it has one: `example.org`, `example.org:8448`. */
export type ServerName = Branded<'ServerName'>;
/** `@localpart:server name`. */
export type MatrixUserId = Branded<'MatrixUserId'>;
/** `!opaque[:server name]`; room version 12 ids have no server name. */
export type MatrixRoomId = Branded<'MatrixRoomId'>;
/** `#alias:server name`. */
export type MatrixRoomAlias = Branded<'MatrixRoomAlias'>;
/** `$opaque`. */
export type EventId = Branded<'EventId'>;
/** `_id` of a Rocket.Chat room (`rid` in its messages). */
export type WorkspaceRoomId = Branded<'WorkspaceRoomId'>;
/** `_id` of a Rocket.Chat user. */
export type WorkspaceUserId = Branded<'WorkspaceUserId'>;
/** `_id` of a Rocket.Chat message. */
export type MessageId = Branded<'MessageId'>;

/**
 * Most characters of an id. Matrix allows 255 bytes; Rocket.Chat makes 17 or 24 and takes whatever a client brings,
 * also what no database holds in an index.
 */
const LONGEST_ID = 255;

/** Whether a value from outside may be an event's or a message's id. */
export const isId = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_ID;
