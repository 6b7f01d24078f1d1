import type { MatrixRoomId } from '../../core/ids.ts';
import type { BridgeParts } from '../parts.ts';
import { cleanText } from '../room-state/clean-text.ts';
import { cleanRoomName } from '../room-state/names.ts';
import type { EnteredRoom } from './enter-room.ts';
import type { WantedRoom } from './make-workspace-room.ts';
import { roomNames } from './room-names.ts';

/** What the making of the room in Rocket.Chat is remembered by. */
export const joinKey = (roomId: MatrixRoomId): string => `join:${roomId}`;

/** How the room in Rocket.Chat is to be that stands for a Matrix room. */
export async function wantedRoom(parts: BridgeParts, entered: EnteredRoom, name?: string): Promise<WantedRoom> {
  const names =
    name === undefined ? await roomNames(parts, cleanRoomName(entered.name), entered.id) : [name.replace(/^#/, '')];
  return { key: joinKey(entered.id), type: entered.isPublic ? 'c' : 'p', topic: cleanText(entered.topic), names };
}
