import type { Registration } from '../../lib/matrix/types.ts';
import type { Homeserver } from './state.ts';

/** A registration as the homeserver reads it at its start. Its namespaces are exclusive. */
export interface ApplicationService {
  readonly id: string;
  readonly url: string | null;
  readonly asToken: string;
  readonly hsToken: string;
  /** User id of its bot. */
  readonly sender: string;
  /** Typing, receipts and presence are pushed to it. */
  readonly receivesEphemeral: boolean;
  /** In its user namespace, or its bot. */
  ownsUser(userId: string): boolean;
  ownsAlias(alias: string): boolean;
}

export function readRegistration(registration: Registration, serverName: string): ApplicationService {
  const sender = `@${registration.senderLocalpart}:${serverName}`;
  const inNamespace = (id: string, sigil: string): boolean =>
    id.startsWith(sigil + registration.prefix) && id.endsWith(`:${registration.serverName}`);
  return {
    id: registration.id,
    url: registration.url === null ? null : registration.url.replace(/\/+$/, ''),
    asToken: registration.asToken.reveal(),
    hsToken: registration.hsToken.reveal(),
    sender,
    receivesEphemeral: registration.receiveEphemeral ?? true,
    ownsUser: (userId) => userId === sender || inNamespace(userId, '@'),
    ownsAlias: (alias) => inNamespace(alias, '#'),
  };
}

/** True if only another application service than `own` may have that user. */
export function isUserReserved(hs: Homeserver, userId: string, own?: ApplicationService): boolean {
  return hs.memory.services.some((service) => service.id !== own?.id && service.ownsUser(userId));
}

export function isAliasReserved(hs: Homeserver, alias: string, own?: ApplicationService): boolean {
  return hs.memory.services.some((service) => service.id !== own?.id && service.ownsAlias(alias));
}
