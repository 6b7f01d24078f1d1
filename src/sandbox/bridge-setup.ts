import { join } from 'node:path';
import type { Reach } from '../lib/admin/reach.ts';
import { loadKeyText } from '../lib/config/key-file.ts';
import { loadAdminProfile } from '../lib/config/load-profile.ts';
import type { AdminProfile } from '../lib/config/profile.ts';
import type { ProfileSource } from '../lib/config/profiles.ts';
import { Secret } from '../lib/core/secret.ts';
import type { Registration } from '../lib/matrix/types.ts';
import { applyProvision } from '../lib/provision/apply.ts';
import { planProvision } from '../lib/provision/plan.ts';
import { asWorkspaceAdmin } from '../lib/provision/workspace-admin.ts';
import { freePort } from './free-port.ts';
import type { Servers } from './servers.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** All that a bridge of the sandbox is started with, in folders of its own. */
export interface BridgeSetup {
  readonly profileName: string;
  readonly profile: AdminProfile;
  /** User name of its account on the workspace. */
  readonly botUsername: string;
  /** The homeserver has read it. */
  readonly registration: Registration;
  readonly registrationFile: string;
  /** Variables with which any rcfed command is about this sandbox, and not about the user's own profiles. */
  readonly environment: Readonly<Record<string, string>>;
  readonly source: ProfileSource;
  /** Deletes the folders. */
  remove(): Promise<void>;
}

export type SetupReach = Pick<Reach, 'clock' | 'log' | 'network' | 'signal'>;

const PROFILE = 'sandbox';
const LONGEST_ANSWER_MS = 30_000;
/** What the sandbox holds is printed to whoever starts it: there is nothing to hide from them. */
const openRedactor = { know(): void {} };

/**
 * Sets a bridge up as `federation provision` does, with the workspace's admin, and then does what that
 * asks its user to do: the homeserver is given the registration and started again.
 */
export async function setUpBridge(servers: Servers, reach: SetupReach): Promise<BridgeSetup> {
  const folder = await temporaryFolder('rcfed-sandbox-');
  try {
    const inside = (name: string): string => join(folder.path, name);
    const folders = { config: inside('config'), data: inside('data'), cache: inside('cache') };
    const source: ProfileSource = { env: {}, folders, clock: reach.clock, redactor: openRedactor };
    const { registration, botUsername } = await provision(servers, source, reach);
    servers.homeserver.addRegistration(registration);
    await servers.homeserver.restart('graceful');
    const profile = await loadAdminProfile(source, PROFILE);
    return {
      profileName: PROFILE,
      profile,
      botUsername,
      registration,
      registrationFile: profile.registration.path ?? '',
      environment: { RCFED_CONFIG_DIR: folders.config, RCFED_DATA_DIR: folders.data, RCFED_CACHE_DIR: folders.cache },
      source,
      remove: () => folder.remove(),
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function provision(
  { workspace, homeserver, serverName }: Servers,
  source: ProfileSource,
  { clock, log, network, signal }: SetupReach,
): Promise<{ readonly registration: Registration; readonly botUsername: string }> {
  const reach: Reach = {
    clock,
    log,
    network,
    signal,
    key: await loadKeyText(source),
    redactor: openRedactor,
    platform: process.platform,
    timeoutMs: LONGEST_ANSWER_MS,
  };
  const wanted = {
    profile: PROFILE,
    workspaceUrl: workspace.url,
    homeserverUrl: homeserver.url,
    serverName,
    listen: `127.0.0.1:${await freePort()}`,
    folder: source.folders.config,
    replace: false,
  };
  const plan = await planProvision(wanted, undefined, reach);
  const account = { username: workspace.admin.username, password: new Secret(workspace.admin.password) };
  await applyProvision(plan, source, reach, () =>
    asWorkspaceAdmin(workspace.url, account, reach, () => Promise.resolve(undefined)),
  );
  if (plan.registration === undefined) throw new Error('a bridge was planned without a registration');
  return { registration: plan.registration, botUsername: plan.botUsername };
}
