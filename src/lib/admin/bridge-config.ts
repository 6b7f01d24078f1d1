import type { BridgeConfig } from '../bridge/connect.ts';
import type { AdminProfile } from '../config/profile.ts';
import { RcfedError } from '../core/errors.ts';
import type { Registration } from '../matrix/types.ts';
import { requiredRegistration } from '../provision/profile-registration.ts';
import { createWorkspaceApi } from '../rocketchat/api.ts';
import type { WorkspaceCredentials } from '../rocketchat/types.ts';
import type { Reach } from './reach.ts';

/**
 * What the bridge of a profile is started with. Asks the workspace only where the profile has a
 * password and no token.
 * @throws RcfedError RCFED_PROFILE_INCOMPLETE, RCFED_REGISTRATION_MISSING; RemoteError of the login
 */
export async function bridgeConfigOf(
  profile: AdminProfile,
  reach: Reach,
): Promise<{ config: BridgeConfig; registration: Registration }> {
  const registration = await requiredRegistration(profile, reach.redactor);
  const credentials = await credentialsOf(profile, reach);
  return {
    registration,
    config: {
      workspace: { url: profile.workspace.url, credentials },
      homeserver: profile.homeserver,
      registration,
      store: profile.store.reveal(),
      key: reach.key,
      identity: profile.identity,
      maxMembers: profile.maxMembers,
      puppetSeats: profile.puppetSeats,
      ends: { roomEnds: profile.roomEnds, puppetIdleMs: profile.puppetIdleMs },
      deadlineMs: reach.timeoutMs,
      network: reach.network,
    },
  };
}

async function credentialsOf(
  { name, workspace }: AdminProfile,
  { clock, log, network, redactor, timeoutMs }: Reach,
): Promise<WorkspaceCredentials> {
  const { userId, token, username, password, url } = workspace;
  if (userId !== undefined && token !== undefined) return { userId, token };
  if (username === undefined || password === undefined) {
    const whose = name === undefined ? 'The environment' : `Profile ${name}`;
    throw new RcfedError('RCFED_PROFILE_INCOMPLETE', `${whose} lacks the bot's account on the workspace`, {
      why: 'It needs --workspace-user-id and --workspace-token-file, or --workspace-username and --workspace-password-file.',
      try: ['rcfed federation provision', 'rcfed profile add --replace'],
    });
  }
  const api = createWorkspaceApi({ url, clock, log, fetch: network.fetch, deadlineMs: timeoutMs });
  const credentials = await api.login(username, password);
  redactor.know(credentials.token);
  return credentials;
}
