import type { MatrixUserId, WorkspaceUserId } from '../../lib/core/ids.ts';
import { Secret } from '../../lib/core/secret.ts';
import { createMatrixApi } from '../../lib/matrix/client.ts';
import type { MatrixApi } from '../../lib/matrix/types.ts';
import { createWorkspaceApi } from '../../lib/rocketchat/api.ts';
import type { WorkspaceApi, WorkspaceCredentials } from '../../lib/rocketchat/types.ts';
import type { Stage, StageOptions } from '../demo/stage.ts';
import type { Cast } from './scene.ts';

export interface People extends Omit<Cast, 'live' | 'clock' | 'signal'> {
  readonly aliceToken: Secret;
  readonly bobsCredentials: WorkspaceCredentials;
  readonly homeserverUrl: string;
  /** The bridge's bot, which may do everything in its rooms. */
  readonly matrixBot: MatrixApi;
  readonly botUsername: string;
}

/** Makes their accounts. */
export async function enterPeople({ servers, setup }: Stage, options: StageOptions): Promise<People> {
  const { clock, log, network } = options;
  const { workspace, homeserver, serverName } = servers;
  const account = (credentials: WorkspaceCredentials): WorkspaceApi =>
    createWorkspaceApi({ url: workspace.url, credentials, clock, log, fetch: network.fetch });
  const matrix = { baseUrl: homeserver.url, serverName, clock, log, fetch: network.fetch };
  const baker = workspace.createUser({ username: 'bob', name: 'Bob Baker' });
  const bobsCredentials = credentialsOf(baker);
  const bob = account(bobsCredentials);
  const hooks = workspace.createUser({ username: 'hooks', name: 'Hooks', roles: ['bot'] });
  const { userId, accessToken } = await homeserver.registerUser('alice');
  const aliceToken = new Secret(accessToken);
  const alice = await createMatrixApi({ ...matrix, userId: userId as MatrixUserId, accessToken: aliceToken });
  await alice.setDisplayName('Alice');
  const { asToken, senderLocalpart, prefix } = setup.registration;
  return {
    alice,
    aliceToken,
    bob,
    bobsCredentials,
    hooks: account(credentialsOf(hooks)),
    bobAsks: asking({ url: workspace.url, credentials: bobsCredentials, fetch: network.fetch }),
    admin: account(credentialsOf(workspace.admin)),
    ghost: `@${prefix}bob:${serverName}` as MatrixUserId,
    puppet: `alice.${serverName}`,
    workspaceUrl: workspace.url,
    homeserverUrl: homeserver.url,
    matrixBot: await createMatrixApi({
      ...matrix,
      userId: `@${senderLocalpart}:${serverName}` as MatrixUserId,
      asToken,
    }),
    botUsername: setup.botUsername,
  };
}

interface Asking {
  readonly url: string;
  readonly credentials: WorkspaceCredentials;
  readonly fetch: typeof globalThis.fetch;
}

const asking =
  ({ url, credentials, fetch }: Asking): Cast['bobAsks'] =>
  async (endpoint, body) => {
    const answer = await fetch(`${url}/api/v1/${endpoint}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-User-Id': credentials.userId,
        'X-Auth-Token': credentials.token.reveal(),
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${endpoint} answered ${answer.status}`);
  };

const credentialsOf = ({ userId, token }: { userId: string; token: string }): WorkspaceCredentials => ({
  userId: userId as WorkspaceUserId,
  token: new Secret(token),
});
