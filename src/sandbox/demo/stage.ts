import { connectService } from '../../lib/admin/connect.ts';
import type { Reach } from '../../lib/admin/reach.ts';
import { loadKeyText } from '../../lib/config/key-file.ts';
import type { MatrixRoomId, MatrixUserId, WorkspaceUserId } from '../../lib/core/ids.ts';
import { Secret } from '../../lib/core/secret.ts';
import { createMatrixApi } from '../../lib/matrix/client.ts';
import type { MatrixApi } from '../../lib/matrix/types.ts';
import { createWorkspaceApi } from '../../lib/rocketchat/api.ts';
import type { WorkspaceApi } from '../../lib/rocketchat/types.ts';
import { type BridgeProcess, startBridgeProcess } from '../bridge-process.ts';
import { type BridgeSetup, setUpBridge } from '../bridge-setup.ts';
import type { Person, Sighting } from '../people/person.ts';
import { matrixPerson } from '../people/matrix-person.ts';
import { workspacePerson } from '../people/workspace-person.ts';
import { type Servers, type ServersOptions, startServers } from '../servers.ts';
import type { SynapseSource } from '../synapse/source.ts';

export interface StageOptions extends Pick<Reach, 'clock' | 'log' | 'network' | 'signal'> {
  readonly synapse: SynapseSource | undefined;
  /** Of this process; the bridge's inherits it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Two servers and all that a bridge between them needs. */
export interface Stage {
  readonly servers: Servers;
  readonly setup: BridgeSetup;
  startBridge(): Promise<BridgeProcess>;
  strike(): Promise<void>;
}

const ROOM = 'harbour';
/** A machine that is busy starting everything else takes its time. */
const LINK_WITHIN_MS = 60_000;

export async function buildStage(
  options: StageOptions,
  { settings, maxUploadBytes, presence }: Pick<ServersOptions, 'settings' | 'maxUploadBytes' | 'presence'> = {},
): Promise<Stage> {
  const servers = await startServers({
    serverName: 'sandbox.test',
    synapse: options.synapse,
    // Bob says more in ten seconds than Rocket.Chat allows a person in a minute.
    settings: { API_Enable_Rate_Limiter: false, ...settings },
    maxUploadBytes,
    presence,
  });
  try {
    const made = await setUpBridge(servers, options);
    const setup = presence === true ? { ...made, environment: { ...made.environment, RCFED_PRESENCE: 'true' } } : made;
    return {
      servers,
      setup,
      startBridge: () => startBridgeProcess({ ...options, fetch: options.network.fetch, setup }),
      async strike() {
        await servers.stop();
        await setup.remove();
      },
    };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

export interface HomeserverName {
  readonly name: string;
  readonly version: string;
}

/** Which homeserver it is, by its own word. */
export async function homeserverOf(
  { servers }: Pick<Stage, 'servers'>,
  { network }: Pick<StageOptions, 'network'>,
): Promise<HomeserverName> {
  const answer = await network.fetch(`${servers.homeserver.url}/_matrix/federation/v1/version`);
  const { server } = (await answer.json()) as { server?: Partial<HomeserverName> };
  return { name: server?.name ?? 'unknown', version: server?.version ?? 'unknown' };
}

/** Bob's room and the Matrix room that it is linked with. */
export interface LinkedRoom {
  readonly name: string;
  readonly alias: string;
  readonly bob: WorkspaceApi;
  readonly roomId: Awaited<ReturnType<WorkspaceApi['createRoom']>>['id'];
  readonly matrixRoomId: MatrixRoomId;
}

/** Bob makes a channel, and the running bridge is told to link it. */
export async function linkRoom({ servers, setup }: Stage, options: StageOptions): Promise<LinkedRoom> {
  const { clock, log, network } = options;
  const account = servers.workspace.createUser({ username: 'bob', name: 'Bob Baker' });
  const credentials = { userId: account.userId as WorkspaceUserId, token: new Secret(account.token) };
  const bob = createWorkspaceApi({ url: servers.workspace.url, credentials, clock, log, fetch: network.fetch });
  const room = await bob.createRoom('c', ROOM);
  const linked = await linkNamed({ setup }, options, ROOM);
  return { name: ROOM, bob, roomId: room.id, ...linked };
}

/** The running bridge is told to link that room with a new Matrix room. */
export async function linkNamed(
  { setup }: Pick<Stage, 'setup'>,
  options: StageOptions,
  name: string,
): Promise<Pick<LinkedRoom, 'alias' | 'matrixRoomId'>> {
  const reach: Reach = {
    ...options,
    key: await loadKeyText(setup.source),
    redactor: setup.source.redactor,
    platform: process.platform,
    timeoutMs: LINK_WITHIN_MS,
  };
  const { service, close } = await connectService(setup.profile, reach);
  try {
    const { matrixRoomId, alias = '' } = (await service.link({ room: name })).room;
    return { alias, matrixRoomId: matrixRoomId as MatrixRoomId };
  } finally {
    await close();
  }
}

/** Alice makes an account on the homeserver and joins by the room's alias. */
export async function inviteAlice(
  { servers }: Stage,
  room: LinkedRoom,
  { clock, log, network }: StageOptions,
): Promise<{ api: MatrixApi; token: Secret }> {
  const { homeserver, serverName } = servers;
  const { userId, accessToken } = await homeserver.registerUser('alice');
  const token = new Secret(accessToken);
  const api = await createMatrixApi({
    baseUrl: homeserver.url,
    accessToken: token,
    userId: userId as MatrixUserId,
    serverName,
    clock,
    log,
    fetch: network.fetch,
  });
  await api.setDisplayName('Alice');
  await api.join(room.matrixRoomId);
  return { api, token };
}

/** Both with a client that shows what happens in the room from now on. */
export async function seat(
  stage: Stage,
  room: LinkedRoom,
  alice: { api: MatrixApi; token: Secret },
  { clock, log, network }: StageOptions,
  sighted: (side: Person['side'], sighting: Sighting) => void,
): Promise<{ bob: Person; alice: Person }> {
  const { workspace, homeserver } = stage.servers;
  const bob = await workspacePerson({
    name: 'Bob',
    username: 'bob',
    url: workspace.url,
    api: room.bob,
    roomId: room.roomId,
    clock,
    log,
    onSighting: (sighting) => sighted('workspace', sighting),
  });
  const source = { api: alice.api, url: homeserver.url, token: alice.token, fetch: network.fetch, clock };
  const onSighting = (sighting: Sighting): void => sighted('homeserver', sighting);
  return {
    bob,
    alice: await matrixPerson({ name: 'Alice', api: alice.api, source, roomId: room.matrixRoomId, onSighting }),
  };
}
