import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MessageId, WorkspaceUserId } from '../../src/lib/core/ids.ts';
import { silentLog } from '../../src/lib/core/log.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createWorkspaceApi } from '../../src/lib/rocketchat/api.ts';
import type { WorkspaceApi, WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import { type SandboxWorkspace, startWorkspace, type WorkspaceOptions } from '../../src/sandbox/workspace/server.ts';
import { requestCheck } from './rest-typings.ts';

/** A sandbox workspace and our client for it; what Rocket.Chat 8.8 has against its requests is collected. */
export interface WorkspaceClients extends AsyncDisposable {
  readonly server: SandboxWorkspace;
  readonly admin: WorkspaceApi;
  /** A channel of the admin's. */
  readonly room: WorkspaceRoom;
  readonly complaints: ReadonlySet<string>;
  /** Somebody with the roles of a puppet, a member of the channel. */
  person(username: string, roles?: readonly string[]): Promise<WorkspaceApi & { readonly userId: WorkspaceUserId }>;
  /** Sends a text to the channel. */
  say(as: WorkspaceApi, text: string, threadId?: MessageId): Promise<MessageId>;
}

export const newMessageId = (): MessageId => randomBytes(16).toString('hex').slice(0, 17) as MessageId;

export async function startWorkspaceClients(options: WorkspaceOptions = {}): Promise<WorkspaceClients> {
  const { onRequest, refused } = requestCheck();
  const server = await startWorkspace({ ...options, onRequest });
  const nobody = createWorkspaceApi({ url: server.url, clock: systemClock, log: silentLog });
  const as = (userId: string, token: string): WorkspaceApi =>
    nobody.as({ userId: userId as WorkspaceUserId, token: new Secret(token) });
  const admin = as(server.admin.userId, server.admin.token);
  const room = await admin.createRoom('c', 'town');
  return {
    server,
    admin,
    room,
    complaints: refused,
    async person(username, roles = ['user', 'bot']) {
      const { userId, token } = server.createUser({ username, name: username, roles });
      await admin.addToRoom(room, userId as WorkspaceUserId);
      return { ...as(userId, token), userId: userId as WorkspaceUserId };
    },
    async say(author, text, threadId) {
      const id = newMessageId();
      await author.sendMessage({ id, roomId: room.id, text, ...(threadId === undefined ? {} : { threadId }) });
      return id;
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
