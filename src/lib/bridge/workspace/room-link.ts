import type { WorkspaceRoomId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';

/** Whatever in Rocket.Chat has an address of its own. */
interface Addressed {
  readonly roomType: Portal['roomType'];
  readonly name: string;
  readonly workspaceRoomId: WorkspaceRoomId;
}

const PATHS = { c: 'channel', p: 'group', d: 'direct' } as const;

/**
 * Where people open a room in Rocket.Chat: by its name, a direct message, which has none, by its id.
 *
 * @param siteUrl the setting `Site_Url`, without a slash at its end.
 */
export function roomLink(siteUrl: string, { roomType, name, workspaceRoomId }: Addressed): string {
  const room = roomType === 'd' ? workspaceRoomId : name.toWellFormed();
  return `${siteUrl}/${PATHS[roomType]}/${encodeURIComponent(room)}`;
}
