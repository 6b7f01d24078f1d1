import { RemoteError } from '../../core/remote-error.ts';
import type { RoomDetails } from '../../rocketchat/room-admin-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { cleanText } from './clean-text.ts';
import { cleanRoomName, workspaceNames } from './names.ts';
import { pictureOf } from './pictures.ts';
import type { RoomField, RoomValues } from './values.ts';

/** Refusals after which another name may be taken. */
const OF_A_NAME = new Set([
  'error-invalid-room-name',
  'error-duplicate-channel-name',
  'error-archived-duplicate-name',
  'error-invalid-name',
]);
/** Rocket.Chat tells of a new picture before the room's document has its etag. */
const ETAG_MS = 250;
const ETAG_TRIES = 12;

/** What a room is like in Rocket.Chat; undefined: it is gone, or the bot may not see it any more. */
export async function readWorkspaceRoom(
  { workspace }: Pick<BridgeParts, 'workspace'>,
  portal: Portal,
): Promise<RoomValues | undefined> {
  const details = await workspace.roomDetails(portal.workspaceRoomId);
  return details && workspaceValues(details);
}

export function workspaceValues(room: RoomDetails): RoomValues {
  return {
    name: cleanRoomName(room.displayName),
    topic: cleanText(room.topic),
    avatar: room.avatarEtag ?? '',
    access: room.type === 'p' ? 'private' : 'public',
    speakers: room.readOnly || room.broadcast ? 'moderators' : 'everybody',
    announcement: cleanText(room.announcement),
    archived: room.archived ? 'archived' : 'open',
  };
}

/**
 * Changes one field in Rocket.Chat to a value of Matrix, as the bot. Answers what it is there now: of a name the
 * spelling that Rocket.Chat takes, or the one that it has where it takes none. Throws what Rocket.Chat refuses;
 * what it accepts and does not do, as for a broadcast room that everybody is to write in, is in the answer.
 */
export async function writeWorkspaceRoom(
  parts: BridgeParts,
  portal: Portal,
  field: RoomField,
  value: string,
): Promise<string> {
  const { workspace } = parts;
  const id = portal.workspaceRoomId;
  if (field === 'avatar') return writeAvatar(parts, portal, value);
  if (field === 'name') await writeName(parts, portal, value);
  if (field === 'topic') await workspace.saveRoomSettings(id, { topic: value });
  if (field === 'access') await workspace.saveRoomSettings(id, { type: value === 'private' ? 'p' : 'c' });
  if (field === 'speakers') await workspace.saveRoomSettings(id, { readOnly: value === 'moderators' });
  return (await readWorkspaceRoom(parts, portal))?.[field] ?? '';
}

async function writeName({ workspace }: BridgeParts, portal: Portal, wanted: string): Promise<void> {
  for (const name of workspaceNames(wanted)) {
    try {
      return await workspace.saveRoomSettings(portal.workspaceRoomId, { name });
    } catch (error) {
      if (!(error instanceof RemoteError) || !OF_A_NAME.has(error.code ?? '')) throw error;
    }
  }
}

/** What is no picture, or too large a one, is not carried: the room keeps the one it has. */
async function writeAvatar(parts: BridgeParts, portal: Portal, mxc: string): Promise<string> {
  const etag = async (): Promise<string> => (await readWorkspaceRoom(parts, portal))?.avatar ?? '';
  const before = await etag();
  const picture = mxc === '' ? undefined : await pictureOf(parts, mxc);
  if (mxc !== '' && picture === undefined) {
    parts.log('warn', 'room.avatar-refused', { portal: portal.name, avatar: mxc });
    return before;
  }
  if (picture === undefined && before === '') return before;
  await parts.workspace.setRoomAvatar(portal.workspaceRoomId, picture);
  for (let tries = 0; tries < ETAG_TRIES; tries += 1) {
    const after = await etag();
    if (after !== before) return after;
    await parts.clock.sleep(ETAG_MS);
  }
  return before;
}
