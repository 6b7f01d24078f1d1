import { join } from 'node:path';
import type { Folders } from '../config/folders.ts';
import type { Profile } from '../config/profile.ts';
import type { Reach } from '../admin/reach.ts';
import { RcfedError } from '../core/errors.ts';
import type { Setup } from './setup.ts';

/** What is set up for a profile; nothing is asked or opened yet. */
export function openSetup(profile: Profile | undefined, reach: Reach, folders: Folders): Setup {
  const admin = profile?.kind === 'admin' ? profile : undefined;
  const closing: (() => Promise<void>)[] = [];
  const opened = new Map<string, Promise<unknown>>();
  const once = <Opened>(what: string, open: () => Promise<Opened>): Promise<Opened> => {
    const known = opened.get(what) ?? open();
    opened.set(what, known);
    return known as Promise<Opened>;
  };
  const { clock, log, network, timeoutMs } = reach;
  const registration: Setup['registration'] = () =>
    once('registration', async () => {
      const { requiredRegistration } = await import('../provision/profile-registration.ts');
      return requiredRegistration(bridgeOf(admin), reach.redactor);
    });
  return {
    profile,
    admin,
    files: [join(folders.config, 'profiles.json'), join(folders.config, 'key')],
    workspace: () =>
      once('workspace', async () => {
        const { createWorkspaceApi } = await import('../rocketchat/api.ts');
        const { credentialsOf } = await import('../admin/bridge-config.ts');
        const { url } = required(profile).workspace;
        const credentials = await credentialsOf(required(profile), reach);
        return createWorkspaceApi({ url, credentials, clock, log, fetch: network.fetch, deadlineMs: timeoutMs });
      }),
    registration,
    homeserver: () =>
      once('homeserver', async () => {
        const { url: homeserverUrl, serverName } = bridgeOf(admin).homeserver;
        const { matrixApiFor } = await import('../provision/homeserver-facts.ts');
        return matrixApiFor({ homeserverUrl, serverName }, await registration(), reach);
      }),
    checkStore: () =>
      once('store', async () => {
        const [{ openStore }, { checkStore }] = await Promise.all([
          import('../store/open.ts'),
          import('../store/check.ts'),
        ]);
        const url = bridgeOf(admin).store.reveal();
        const store = await openStore({ url, key: reach.key, clock, migrate: false });
        try {
          return await checkStore(store);
        } finally {
          await store.close();
        }
      }),
    bridge: () =>
      once('bridge', async () => {
        const { connectService } = await import('../admin/connect.ts');
        const connection = await connectService(required(profile), reach);
        closing.push(() => connection.close());
        return connection;
      }),
    close: async () => {
      await Promise.allSettled(closing.map((close) => close()));
    },
  };
}

/** Checks ask for it only after one that makes sure of it. */
function required<Known>(profile: Known | undefined): Known {
  if (profile !== undefined) return profile;
  throw new RcfedError('RCFED_PROFILE_MISSING', 'There is no profile to work with');
}

function bridgeOf<Known>(admin: Known | undefined): Known {
  if (admin !== undefined) return admin;
  throw new RcfedError('RCFED_PROFILE_INCOMPLETE', "This needs the profile of a bridge's admin");
}
