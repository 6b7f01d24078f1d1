import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Folders } from '../lib/config/folders.ts';
import { loadAdminProfile } from '../lib/config/load-profile.ts';
import { createPrivateFile, makePrivateFolder } from '../lib/config/private-file.ts';
import type { AdminProfile } from '../lib/config/profile.ts';
import { addProfile, type ProfileSource } from '../lib/config/profiles.ts';
import type { Clock } from '../lib/core/clock.ts';
import { Secret } from '../lib/core/secret.ts';
import { renderRegistration } from '../lib/matrix/registration.ts';
import type { Servers } from './servers.ts';

/** All that a bridge of the sandbox is started with, in folders of its own. */
export interface BridgeSetup {
  readonly folders: Folders;
  readonly profileName: string;
  readonly profile: AdminProfile;
  readonly registrationFile: string;
  /** Variables with which any rcfed command is about this sandbox, and not about the user's own profiles. */
  readonly environment: Readonly<Record<string, string>>;
  readonly source: ProfileSource;
  /** Deletes the folders. */
  remove(): Promise<void>;
}

const PROFILE = 'sandbox';
/** What the sandbox holds is printed to whoever starts it: there is nothing to hide from them. */
const openRedactor = { know(): void {} };

/** Makes the bridge's account, its profile and its registration file. The servers know the registration already. */
export async function setUpBridge(servers: Servers, clock: Clock): Promise<BridgeSetup> {
  const folder = await mkdtemp(join(tmpdir(), 'rcfed-sandbox-'));
  const folders = { config: join(folder, 'config'), data: join(folder, 'data'), cache: join(folder, 'cache') };
  const source: ProfileSource = { env: {}, folders, clock, redactor: openRedactor };
  const registrationFile = join(folders.config, 'registration.yaml');
  await makePrivateFolder(folders.config);
  await createPrivateFile(registrationFile, await renderRegistration(servers.registration));
  const bot = servers.workspace.createUser({ username: 'rcfed', name: 'Bridge', roles: ['admin', 'bot'] });
  const values = {
    'workspace-url': servers.workspace.url,
    'workspace-user-id': bot.userId,
    'homeserver-url': servers.homeserver.url,
    'server-name': servers.serverName,
    registration: registrationFile,
    listen: servers.listen,
  };
  const secrets = {
    'workspace-token': new Secret(bot.token),
    'homeserver-admin-token': new Secret(servers.homeserver.adminToken),
  };
  await addProfile(source, { name: PROFILE, kind: 'admin', values, secrets }, true);
  return {
    folders,
    profileName: PROFILE,
    profile: await loadAdminProfile(source, PROFILE),
    registrationFile,
    environment: { RCFED_CONFIG_DIR: folders.config, RCFED_DATA_DIR: folders.data, RCFED_CACHE_DIR: folders.cache },
    source,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
