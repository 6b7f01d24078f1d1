import { nameHash, plainName } from './plain-name.ts';

const NAME_LENGTH = 80;

/**
 * Localpart of the alias of a portal, in the bridge's namespace: `rc_general`. Where the room's name has
 * characters that are not `[0-9a-z-_.]`, or was cut, a hash of `seed` (the Rocket.Chat room id) follows.
 * `attempt` above 0 gives others, for when the alias is another room's.
 */
export function roomAliasLocalpart(prefix: string, roomName: string, seed: string, attempt = 0): string {
  const { name, lossy } = plainName(roomName);
  if (!lossy && name.length <= NAME_LENGTH && attempt === 0) return prefix + name;
  return `${prefix}${name.slice(0, NAME_LENGTH) || 'room'}-${nameHash(seed, attempt)}`;
}
