import { callService, isSuccess } from './service-call.ts';
import type { Homeserver } from './state.ts';

/** Asks each application service that could have the user until one knows it. */
export async function queryUser(hs: Homeserver, userId: string): Promise<boolean> {
  for (const service of hs.memory.services) {
    if (service.url === null || !service.ownsUser(userId)) continue;
    if (isSuccess(await callService(hs, service, 'GET', `/_matrix/app/v1/users/${encodeURIComponent(userId)}`)))
      return true;
  }
  return false;
}

/** Asks for an alias that nobody has; the service creates it before it answers 200. */
export async function queryAlias(hs: Homeserver, alias: string): Promise<boolean> {
  for (const service of hs.memory.services) {
    if (service.url === null || !service.ownsAlias(alias)) continue;
    if (isSuccess(await callService(hs, service, 'GET', `/_matrix/app/v1/rooms/${encodeURIComponent(alias)}`)))
      return true;
  }
  return false;
}
