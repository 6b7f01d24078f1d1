import { RemoteError } from '../core/remote-error.ts';

/** Each type of room has endpoints of its own: `channels.`, `groups.`, `im.`. */
export function family(type: string): 'channels' | 'groups' | 'im' {
  if (type === 'd') return 'im';
  return type === 'p' ? 'groups' : 'channels';
}

/** The set of a direct message's members is fixed at its creation, and it has no roles. */
export function refuseDirect(type: string, request: string): void {
  if (type !== 'd') return;
  throw new RemoteError({ side: 'workspace', failure: 'refused', request, code: 'error-cant-invite-for-direct-room' });
}
