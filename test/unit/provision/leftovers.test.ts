import { afterAll, beforeAll, expect, it } from 'vitest';
import { leftovers } from '../../../src/lib/provision/leftovers.ts';
import { readWorkspace } from '../../../src/lib/provision/workspace-facts.ts';
import type { WorkspaceApi } from '../../../src/lib/rocketchat/types.ts';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createWorkspaceApi } from '../../../src/lib/rocketchat/api.ts';
import { type SandboxWorkspace, startWorkspace } from '../../../src/sandbox/workspace/server.ts';

let workspace: SandboxWorkspace;
let admin: WorkspaceApi;
beforeAll(async () => {
  workspace = await startWorkspace({
    settings: { Federation_Matrix_enabled: true, Federation_Matrix_homeserver_url: 'http://chat-synapse:8008' },
  });
  const { userId, token } = workspace.admin;
  const credentials = { userId: userId as WorkspaceUserId, token: new Secret(token) };
  admin = createWorkspaceApi({ url: workspace.url, clock: systemClock, log: () => {} }).as(credentials);
});
afterAll(() => workspace.stop());

const found = async (change: Partial<WorkspaceApi> = {}): Promise<readonly string[]> => {
  const facts = await readWorkspace({ ...admin, ...change }, true, []);
  return leftovers('bridge', facts, undefined, 'rc_');
};

it('says that a homeserver runs on for a bridge that is gone', async () => {
  expect(await found()).toEqual([
    expect.stringContaining('from 7.11 on it does nothing'),
    expect.stringMatching(/http:\/\/chat-synapse:8008.*federation\.enabled: false/),
  ]);
});

it('names the rooms and the accounts that the removed bridge left, and nobody else', async () => {
  const users = async () =>
    ['@alice:example.org', 'bob', 'carol.example.net'].map((username) => ({ username }) as never);
  const said = await found({ federatedRooms: async () => ['old-room'], users });
  expect(said).toContainEqual(expect.stringContaining('dead: old-room'));
  expect(said).toContainEqual(expect.stringMatching(/^An account .*: @alice:example\.org\. /));
});

it('asks for nobody where no room is left', async () => {
  const users = () => Promise.reject(new Error('nobody shall be asked for'));
  await expect(found({ users })).resolves.toHaveLength(2);
});
