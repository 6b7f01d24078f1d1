import type { MatrixRoomAlias, MatrixRoomId, ServerName } from '../core/ids.ts';
import { parseServerName } from './server-name.ts';
import { parseRoomAlias } from './user-id.ts';

/** Most bytes of a room id, sigil and server name included. */
const ID_BYTES = 255;

interface ParsedRoomId {
  readonly roomId: MatrixRoomId;
  /** Who made the room, and knows of it unless they left; undefined: ids of room version 12 on have none. */
  readonly serverName: ServerName | undefined;
}

/** https://spec.matrix.org/v1.17/appendices/#room-ids */
export function parseRoomId(text: string): ParsedRoomId | undefined {
  if (!text.startsWith('!') || Buffer.byteLength(text) > ID_BYTES || !text.isWellFormed()) return undefined;
  const colon = text.indexOf(':');
  const opaque = text.slice(1, colon < 0 ? undefined : colon);
  if (opaque === '' || /[\0\s]/.test(opaque)) return undefined;
  if (colon < 0) return { roomId: text as MatrixRoomId, serverName: undefined };
  const serverName = parseServerName(text.slice(colon + 1));
  return serverName === undefined ? undefined : { roomId: text as MatrixRoomId, serverName };
}

/** A room as people write it: its alias or its id. */
export type RoomReference =
  | { readonly kind: 'id'; readonly room: MatrixRoomId; readonly serverName: ServerName | undefined }
  | { readonly kind: 'alias'; readonly room: MatrixRoomAlias; readonly serverName: ServerName };

export function parseRoomReference(text: string): RoomReference | undefined {
  const alias = parseRoomAlias(text);
  if (alias !== undefined) return { kind: 'alias', room: alias.alias, serverName: alias.serverName };
  const id = parseRoomId(text);
  return id === undefined ? undefined : { kind: 'id', room: id.roomId, serverName: id.serverName };
}
