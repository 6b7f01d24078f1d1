import type { ServerName } from '../core/ids.ts';
import type { Reach } from '../admin/reach.ts';
import { makeRegistration } from '../matrix/registration.ts';
import type { Registration } from '../matrix/types.ts';
import { type Ephemeral, withEphemeral } from './ephemeral.ts';
import type { KnownProfile } from './known-profile.ts';
import { registrationOf } from './profile-registration.ts';

export const DEFAULT_LISTEN = '127.0.0.1:29400';

interface Wanted {
  readonly workspaceUrl: string;
  readonly serverName: ServerName;
  readonly bridgeUrl?: string | undefined;
  readonly ephemeral?: Ephemeral | undefined;
}

/** The registration that the profile has, changed as is wanted, or a new one with new tokens. */
export async function wantedRegistration(
  { bridgeUrl, serverName, workspaceUrl, ephemeral }: Wanted,
  known: KnownProfile | undefined,
  { prefix, listen }: { readonly prefix: string; readonly listen: string },
  { redactor }: Pick<Reach, 'redactor'>,
): Promise<Registration> {
  const sameServers = known?.values['server-name'] === serverName && known.values['workspace-url'] === workspaceUrl;
  const old = sameServers
    ? await registrationOf(
        {
          registration: {
            path: known.values['registration'],
            asToken: known.secrets['as-token'],
            hsToken: known.secrets['hs-token'],
          },
          homeserver: { url: '', serverName, adminToken: undefined },
          prefix,
          listen,
        },
        redactor,
      )
    : undefined;
  const url = bridgeUrl ?? movedUrl(old?.url, known?.values['listen'] ?? DEFAULT_LISTEN, listen);
  const made = makeRegistration({ url, prefix, serverName });
  if (old === undefined) {
    redactor.know(made.asToken);
    redactor.know(made.hsToken);
  }
  return withEphemeral(old === undefined ? made : { ...old, url, prefix, serverName }, ephemeral);
}

/** An address that the homeserver reaches by another name stays; one that was where the bridge listened moves with it. */
function movedUrl(url: string | null | undefined, from: string, to: string): string | null {
  return url === undefined || url === `http://${from}` ? `http://${to}` : url;
}
