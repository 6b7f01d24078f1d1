import { systemClock as clock } from '../src/lib/core/clock.ts';
import type { MatrixRoomId, MatrixUserId, ServerName, WorkspaceRoomId, WorkspaceUserId } from '../src/lib/core/ids.ts';
import type { Log } from '../src/lib/core/log.ts';
import { Secret } from '../src/lib/core/secret.ts';
import { createMatrixApi } from '../src/lib/matrix/client.ts';
import type { MatrixApi } from '../src/lib/matrix/types.ts';
import { createWorkspaceApi } from '../src/lib/rocketchat/api.ts';
import type { WorkspaceApi } from '../src/lib/rocketchat/types.ts';
import { matrixPerson } from '../src/sandbox/people/matrix-person.ts';
import type { Person, Sighting } from '../src/sandbox/people/person.ts';
import { workspacePerson } from '../src/sandbox/people/workspace-person.ts';
import type { Account, ServersReady } from './lab-types.ts';

const log: Log = () => {};

export function workspaceAs({ workspace }: ServersReady, { userId, token }: Account): WorkspaceApi {
  const credentials = { userId: userId as WorkspaceUserId, token: new Secret(token) };
  return createWorkspaceApi({ url: workspace.url, credentials, clock, log });
}

/** With `isService` the token is an as_token. */
export function matrixAs(
  { homeserver }: ServersReady,
  { userId, token }: Account,
  isService = false,
): Promise<MatrixApi> {
  const secret = new Secret(token);
  const common = {
    baseUrl: homeserver.url,
    userId: userId as MatrixUserId,
    serverName: homeserver.serverName as ServerName,
    clock,
    log,
  };
  return createMatrixApi(isService ? { ...common, asToken: secret } : { ...common, accessToken: secret });
}

interface Readers {
  /** Called with what others say. */
  readonly workspace: (sighting: Sighting) => void;
  readonly homeserver: (sighting: Sighting) => void;
}

/** One person on each side, both with a client that reads live. */
export async function seatPair(
  ready: ServersReady,
  which: 'bridge' | 'forwarder',
  rooms: { readonly workspace: WorkspaceRoomId; readonly matrix: MatrixRoomId },
  readers: Readers,
): Promise<{ bob: Person; alice: Person }> {
  const username = which === 'bridge' ? 'bob' : 'ben';
  const bob = await workspacePerson({
    name: username,
    username,
    url: ready.workspace.url,
    api: workspaceAs(ready, ready.workspacePeople[which]),
    roomId: rooms.workspace,
    clock,
    log,
    onSighting: others(username, readers.workspace),
  });
  const account = ready.matrixPeople[which];
  const api = await matrixAs(ready, account);
  const source = { api, url: ready.homeserver.url, token: new Secret(account.token), fetch: globalThis.fetch, clock };
  const alice = await matrixPerson({
    name: `on-${which}`,
    api,
    source,
    roomId: rooms.matrix,
    onSighting: others(account.userId, readers.homeserver),
  });
  return { bob, alice };
}

const others =
  (own: string, reader: (sighting: Sighting) => void) =>
  (sighting: Sighting): void => {
    if (sighting.kind === 'message' && sighting.author !== own) reader(sighting);
  };
