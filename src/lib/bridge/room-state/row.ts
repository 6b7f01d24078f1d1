import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { MatrixEvent } from '../homeserver/event.ts';
import type { PortalIndex } from '../portal-index.ts';
import { readMessage } from '../workspace/message.ts';
import { ROOM_STATE } from './matrix-room.ts';

/** Type of a row that says: what the room is like in Rocket.Chat may have changed. */
export const ROOM = 'room';

const TELLING = new Set([
  'r',
  'room_changed_topic',
  'room_changed_announcement',
  'room_changed_avatar',
  'room_changed_privacy',
  'room-set-read-only',
  'room-removed-read-only',
  'room-archived',
  'room-unarchived',
]);

/** What a system message says of the room itself, beside what it is; undefined: nothing. */
export function roomRow(portals: PortalIndex, raw: RawMessage): NewInboxRow | undefined {
  if (!TELLING.has(String(raw['t']))) return undefined;
  const message = readMessage(raw);
  const portal = message && portals.ofWorkspaceRoom(message.roomId);
  if (message === undefined || portal === undefined || portal.direct !== undefined) return undefined;
  return rowOf(portal, `${message.id}|room`, message.at);
}

/** A row that has the room in Rocket.Chat compared with what was agreed; a second one of that key is the first. */
export const comparisonRow = (portal: Portal, key: string, at: number): NewInboxRow =>
  rowOf(portal, `room:${portal.id}:${key}`, at);

/** The same of the room on Matrix: an event that nobody sent. */
export function matrixComparisonRow(
  { id, lane }: Portal,
  roomId: MatrixRoomId,
  sender: MatrixUserId,
  key: string,
): NewInboxRow {
  const event = {
    event_id: `room:${id}:${key}`,
    room_id: roomId,
    sender,
    type: 'm.room.name',
    state_key: '',
    content: {},
  };
  const { event_id: ref, type } = event;
  return { side: 'homeserver', lane, key: ref, ref, type, body: JSON.stringify(event) };
}

const rowOf = ({ lane, workspaceRoomId }: Portal, key: string, order: number): NewInboxRow => ({
  side: 'workspace',
  lane,
  key,
  ref: workspaceRoomId,
  type: ROOM,
  order,
  body: '{}',
});

/** Whether a Matrix event says that the room itself was changed. */
export const isRoomState = ({ type, stateKey }: Pick<MatrixEvent, 'type' | 'stateKey'>): boolean =>
  stateKey === '' && ROOM_STATE.includes(type);
