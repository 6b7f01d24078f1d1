import { RemoteError } from '../../src/lib/core/remote-error.ts';
import type { Profile } from '../../src/lib/config/profile.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import type { WorkspaceApi } from '../../src/lib/rocketchat/types.ts';
import type { Setup } from '../../src/lib/diagnose/setup.ts';
import { noSetup } from './diagnose-parts.ts';

export const adminProfile = {
  kind: 'admin',
  name: 'main',
  caFile: undefined,
  timeoutMs: undefined,
  workspace: {
    url: 'https://chat.example.org',
    userId: 'bot',
    username: undefined,
    token: new Secret('token-of-the-bot'),
    password: undefined,
  },
  homeserver: { url: 'https://matrix.example.org', serverName: 'example.org', adminToken: undefined },
  registration: { path: '/etc/rcfed/registration.yaml', asToken: undefined, hsToken: undefined },
} as unknown as Profile & { readonly kind: 'admin' };

/** How a workspace answers, by method of its client; what is not given is as it should be. */
export type WorkspaceAnswers = Partial<WorkspaceApi> & { readonly settings?: Readonly<Record<string, unknown>> };

/** A set-up with a profile and a workspace that answers as said. */
export function setupWith(
  { settings = {}, ...answers }: WorkspaceAnswers = {},
  profile: Profile = adminProfile,
): Setup {
  const workspace: Partial<WorkspaceApi> = {
    info: () => Promise.resolve({ version: '8.8', serverTime: Date.now() }),
    me: () => Promise.resolve({ id: 'bot', username: 'rcfed', roles: ['admin', 'bot'] } as never),
    publicSettings: () => Promise.resolve(new Map([['Site_Url', 'https://chat.example.org']])),
    setting: (id) => Promise.resolve(Object.hasOwn(settings, id) ? { value: settings[id] } : undefined),
    licenceModules: () => Promise.resolve([]),
    bridgeVerdict: () => Promise.resolve('not-offered'),
    verifyMatrixId: () => Promise.resolve('UNVERIFIED'),
    ...answers,
  };
  return noSetup({
    profile,
    admin: profile.kind === 'admin' ? profile : undefined,
    workspace: () => Promise.resolve(workspace as WorkspaceApi),
  });
}

export const refusal = (code: string, status = 400): RemoteError =>
  new RemoteError({ side: 'workspace', failure: 'refused', request: 'GET /api/v1/x', status, code });
