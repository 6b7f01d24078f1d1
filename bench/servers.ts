import { foldersFrom } from '../src/lib/config/folders.ts';
import { systemClock } from '../src/lib/core/clock.ts';
import { makeRegistration } from '../src/lib/matrix/registration.ts';
import { parseServerName } from '../src/lib/matrix/server-name.ts';
import { createNetwork } from '../src/lib/network/network.ts';
import { setUpBridge } from '../src/sandbox/bridge-setup.ts';
import { freePort } from '../src/sandbox/free-port.ts';
import { startServers } from '../src/sandbox/servers.ts';
import { findSynapse } from '../src/sandbox/synapse/source.ts';
import type { Account, ServersReady } from './lab-types.ts';
import { progress } from './report.ts';

/** Both servers in a process of their own, with accounts for everybody; ends when its parent says so or is gone. */
const wantsSynapse = process.argv[2] === '--synapse';
const search = { cache: foldersFrom(process.env).cache, onBuild: () => progress('Building a Synapse, once …') };
const synapse = wantsSynapse ? await findSynapse(search) : undefined;
if (wantsSynapse && synapse === undefined) throw new Error('There is no Synapse on this machine');

const port = await freePort();
const serverName = parseServerName('bench.test');
if (serverName === undefined) throw new Error('bench.test is no server name');
const forwarder = makeRegistration({
  id: 'forwarder',
  url: `http://127.0.0.1:${port}`,
  senderLocalpart: 'forwarder',
  prefix: 'fw_',
  serverName,
});
const servers = await startServers({
  serverName,
  synapse,
  settings: { API_Enable_Rate_Limiter: false },
  registrations: [forwarder],
});
const { workspace, homeserver } = servers;
const setup = await setUpBridge(servers, {
  clock: systemClock,
  log: () => {},
  network: await createNetwork({ env: {} }),
  signal: new AbortController().signal,
});

const onWorkspace = (username: string, roles: readonly string[] = ['user']): Account =>
  workspace.createUser({ username, roles });
const onMatrix = async (localpart: string): Promise<Account> => {
  const { userId, accessToken } = await homeserver.registerUser(localpart);
  return { userId, token: accessToken };
};

const ready: ServersReady = {
  workspace: { url: workspace.url, version: workspace.version, admin: workspace.admin },
  homeserver: { url: homeserver.url, serverName, name: wantsSynapse ? 'Synapse' : 'sandbox' },
  bridge: {
    profileName: setup.profileName,
    environment: setup.environment,
    listen: setup.profile.listen,
    asToken: setup.registration.asToken.reveal(),
    bot: setup.botUsername,
  },
  forwarder: {
    port,
    asToken: forwarder.asToken.reveal(),
    account: onWorkspace('forwarder', ['user', 'bot']),
    matrixUserId: `@${forwarder.senderLocalpart}:${serverName}`,
  },
  workspacePeople: { bridge: onWorkspace('bob'), forwarder: onWorkspace('ben') },
  matrixPeople: { bridge: await onMatrix('alice'), forwarder: await onMatrix('ann') },
};
process.send?.(ready);
process.once('disconnect', () => {
  void Promise.all([servers.stop(), setup.remove()]).then(() => process.exit(0));
});
