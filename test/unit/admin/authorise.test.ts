import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authorise, tcpAuthoriser } from '../../../src/lib/admin/authorise.ts';
import { systemClock } from '../../../src/lib/core/clock.ts';
import { silentLog } from '../../../src/lib/core/log.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createWorkspaceApi } from '../../../src/lib/rocketchat/api.ts';
import { type SandboxWorkspace, startWorkspace } from '../../../src/sandbox/workspace/server.ts';

let workspace: SandboxWorkspace;
let now = 1_000_000;
const clock = { ...systemClock, now: () => now };

beforeAll(async () => {
  workspace = await startWorkspace();
});
afterAll(async () => workspace.stop());

const authoriser = (url = workspace.url): Authorise =>
  tcpAuthoriser({
    token: new Secret('the-admin-token'),
    workspace: createWorkspaceApi({ url, clock: systemClock, log: silentLog }),
    clock,
  });
const asPerson = (account: { userId: string; token: string }) => ({
  'x-user-id': account.userId,
  'x-auth-token': account.token,
});

describe('over TCP', () => {
  it('the admin token may do everything, any other bearer nothing', async () => {
    const authorise = authoriser();
    expect(await authorise({ authorization: 'Bearer the-admin-token' })).toEqual({ rights: 'admin' });
    for (const token of ['the-admin-token2', 'the-admin-toke', 'x'])
      await expect(authorise({ authorization: `Bearer ${token}` })).rejects.toMatchObject({
        code: 'RCFED_NOT_ALLOWED',
      });
  });

  it('nobody in particular may do nothing', async () => {
    await expect(authoriser()({})).rejects.toMatchObject({ code: 'RCFED_NOT_ALLOWED' });
    await expect(authoriser()({ 'x-user-id': 'somebody' })).rejects.toMatchObject({ code: 'RCFED_NOT_ALLOWED' });
  });

  it('a person of the workspace has their own rights', async () => {
    const authorise = authoriser();
    expect(await authorise(asPerson(workspace.admin))).toEqual({ rights: 'admin' });
    expect(await authorise(asPerson(workspace.createUser({ username: 'alice' })))).toMatchObject({ rights: 'person' });
    await expect(authorise(asPerson({ userId: workspace.admin.userId, token: 'wrong' }))).rejects.toMatchObject({
      code: 'RCFED_NOT_ALLOWED',
    });
  });

  it("one account's token does not open another account", async () => {
    const bob = workspace.createUser({ username: 'bob' });
    await expect(authoriser()(asPerson({ userId: workspace.admin.userId, token: bob.token }))).rejects.toMatchObject({
      code: 'RCFED_NOT_ALLOWED',
    });
  });

  it('a token that was revoked counts for a minute at most', async () => {
    const authorise = authoriser();
    const carol = workspace.createUser({ username: 'carol' });
    await authorise(asPerson(carol));
    workspace.revokeTokens('carol');
    now += 60_001;
    await expect(authorise(asPerson(carol))).rejects.toMatchObject({ code: 'RCFED_NOT_ALLOWED' });
  });

  it('a workspace that is down is not taken for a refusal, and asked again', async () => {
    const other = await startWorkspace();
    const authorise = authoriser(other.url);
    const dave = other.createUser({ username: 'dave' });
    await other.stop();
    await expect(authorise(asPerson(dave))).rejects.toMatchObject({ code: 'RCFED_NETWORK', exit: 5 });
  });
});
