import type { BridgeService } from '../bridge/service/views.ts';
import type { AdminProfile, Profile, UserProfile } from '../config/profile.ts';
import { RcfedError } from '../core/errors.ts';
import { isLocked } from '../store/lock.ts';
import { parseStoreUrl } from '../store/url.ts';
import { parseAdminAddress } from './address.ts';
import { type AdminClient, type AdminClientOptions, createAdminClient } from './client.ts';
import type { Reach } from './reach.ts';

export interface ServiceConnection {
  readonly service: BridgeService;
  /** False: no bridge runs, this process holds the store. */
  readonly running: boolean;
  close(): Promise<void>;
}

/** A request of ours to the bridge is several of the bridge's to slow servers. */
const REQUESTS_IN_ONE = 4;
/** A bridge that starts holds the lock an instant before it listens. */
const STARTING_MS = 3000;
const LOOK_MS = 100;

/**
 * The service of a profile's bridge: that of the running one, through its admin API. Only where no
 * bridge holds the store's lock this process opens the store itself, with the lock, through the same
 * code. A user profile always asks the bridge.
 * @throws RcfedError RCFED_BRIDGE_UNREACHABLE, RCFED_ADMIN_*, RCFED_STORE_*, RCFED_PROFILE_INCOMPLETE
 */
export async function connectService(profile: Profile, reach: Reach): Promise<ServiceConnection> {
  const client = createAdminClient(clientOptions(profile, reach));
  if (await client.answers()) return { service: client, running: true, close: async () => {} };
  if (profile.kind === 'user') {
    throw new RcfedError('RCFED_BRIDGE_UNREACHABLE', `No bridge answers at ${profile.admin.address}`, {
      try: ['Ask the admin of the bridge whether it runs.', 'Check its address: rcfed profile show'],
    });
  }
  return (await theStartingOne(profile, client, reach)) ?? (await ownService(profile, reach));
}

/** Whether the bridge of a profile runs: its admin API answers. Nothing is opened. */
export const bridgeAnswers = (profile: Profile, reach: Reach): Promise<boolean> =>
  createAdminClient(clientOptions(profile, reach)).answers();

function clientOptions(profile: Profile, { clock, network, platform, timeoutMs, signal }: Reach): AdminClientOptions {
  return {
    address: parseAdminAddress(profile.admin.address),
    as:
      profile.kind === 'user'
        ? { person: accountOf(profile) }
        : profile.admin.token && { adminToken: profile.admin.token },
    fetch: network.fetch,
    deadlineMs: timeoutMs * REQUESTS_IN_ONE,
    clock,
    platform,
    signal,
  };
}

function accountOf({ name, workspace: { userId, token } }: UserProfile) {
  if (userId !== undefined && token !== undefined) return { userId, token };
  throw new RcfedError(
    'RCFED_PROFILE_INCOMPLETE',
    `${name ?? 'The environment'} lacks your Rocket.Chat user id and token`,
    {
      try: ['In Rocket.Chat, Profile, Personal Access Tokens: make one, then rcfed profile add --kind user --replace'],
    },
  );
}

/** undefined: nobody holds the store, or whoever did was another command and is done. */
async function theStartingOne(
  profile: AdminProfile,
  client: AdminClient,
  { clock, signal }: Reach,
): Promise<ServiceConnection | undefined> {
  const url = profile.store.reveal();
  const giveUpAt = clock.now() + STARTING_MS;
  while (await isLocked(url)) {
    if (clock.now() >= giveUpAt) throw nobodyAnswers(profile);
    await clock.sleep(LOOK_MS, signal);
    if (await client.answers()) return { service: client, running: true, close: async () => {} };
  }
  return undefined;
}

const nobodyAnswers = ({ store, admin }: AdminProfile): RcfedError =>
  new RcfedError(
    'RCFED_BRIDGE_UNREACHABLE',
    `A bridge holds the store ${parseStoreUrl(store.reveal()).shown}, but none answers at ${admin.address}`,
    {
      why: 'It was started with another admin address, or on another machine; or a command is at work on the store.',
      try: ['Name its address: RCFED_ADMIN=ADDRESS', 'Or stop the other bridge: its service, or Ctrl-C where it runs'],
    },
  );

async function ownService(profile: AdminProfile, reach: Reach): Promise<ServiceConnection> {
  const [{ connectBridge }, { createBridgeService }, { bridgeConfigOf }] = await Promise.all([
    import('../bridge/connect.ts'),
    import('../bridge/service/service.ts'),
    import('./bridge-config.ts'),
  ]);
  const { config } = await bridgeConfigOf(profile, reach);
  const { parts, close } = await connectBridge(config, { clock: reach.clock, log: reach.log, lock: true });
  return { service: createBridgeService(parts, undefined), running: false, close };
}
