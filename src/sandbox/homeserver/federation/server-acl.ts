import { isIPv4 } from 'node:net';
import { stateContent, stateEvent } from '../room-state.ts';
import type { Room } from '../state.ts';

/** Whether the room's access list lets the server take part (spec: Client-Server API, "m.room.server_acl"). */
export function isServerAllowed(room: Room, serverName: string): boolean {
  if (stateEvent(room, 'm.room.server_acl') === undefined) return true;
  const { allow, deny, allow_ip_literals: literals } = stateContent(room, 'm.room.server_acl');
  const host = serverName.toLowerCase().replace(/:\d+$/, '');
  if (literals === false && (host.startsWith('[') || isIPv4(host))) return false;
  const names = (list: unknown): boolean =>
    Array.isArray(list) && list.some((glob) => typeof glob === 'string' && globToRegExp(glob).test(host));
  return !names(deny) && names(allow);
}

/** `*` is any characters, `?` one of them. */
function globToRegExp(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i');
}
