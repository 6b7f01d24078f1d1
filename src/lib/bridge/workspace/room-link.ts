import type { Portal } from '../../store/types.ts';

/**
 * Where people open a room in Rocket.Chat.
 *
 * @param siteUrl the setting `Site_Url`, without a slash at its end.
 * @param room its name or its id.
 */
export const roomLink = (siteUrl: string, type: Portal['roomType'], room: string): string =>
  `${siteUrl}/${type === 'p' ? 'group' : 'channel'}/${encodeURIComponent(room.toWellFormed())}`;
