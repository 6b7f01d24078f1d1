import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/core/clock.ts';
import type { MessageId, WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createWorkspaceApi } from '../../../src/lib/rocketchat/api.ts';
import { createRealtime } from '../../../src/lib/rocketchat/realtime.ts';
import type { WorkspaceApi } from '../../../src/lib/rocketchat/types.ts';
import { listenInWorkspace } from '../../../src/lib/smoke/workspace-ear.ts';
import { type SandboxWorkspace, startWorkspace } from '../../../src/sandbox/workspace/server.ts';

let workspace: SandboxWorkspace;
let bob: WorkspaceApi;
let carol: WorkspaceApi;

beforeAll(async () => {
  workspace = await startWorkspace();
  const api = createWorkspaceApi({ url: workspace.url, clock: systemClock, log: () => {} });
  const account = ({ userId, token }: { userId: string; token: string }): WorkspaceApi =>
    api.as({ userId: userId as WorkspaceUserId, token: new Secret(token) });
  bob = account(workspace.createUser({ username: 'bob' }));
  carol = account(workspace.createUser({ username: 'carol' }));
});
afterAll(() => workspace.stop());

/** Fifteen seconds between two looks are 15 ms. */
const hasty: Clock = { now: systemClock.now, sleep: (ms, signal) => systemClock.sleep(ms / 1000, signal) };

async function listenFor(mark: string, signal: AbortSignal, clock: Clock) {
  const { serverTime } = await bob.info();
  return listenInWorkspace({
    api: bob,
    clock,
    roomId: undefined,
    since: serverTime - 2_000,
    mark,
    openRealtime: (handlers) =>
      Promise.resolve(
        createRealtime({
          url: workspace.url,
          credentials: bob.credentials ?? { userId: '' as WorkspaceUserId, token: new Secret('') },
          clock: systemClock,
          log: () => {},
          handlers,
        }),
      ),
    signal,
  });
}

async function say(text: string, id: string): Promise<void> {
  const { id: roomId } = await carol.openDirect(['bob']);
  await carol.sendMessage({ id: id as MessageId, roomId, text });
}

describe('waiting for a message in Rocket.Chat', () => {
  it('hears it at once, in whichever direct message it is', async () => {
    const ending = new AbortController();
    const ear = await listenFor('smoke-live', ending.signal, systemClock);
    await ear.ready(10_000);
    await say('something else', 'aaaaaaaaaaaaaaaa1');
    await say('it is smoke-live', 'aaaaaaaaaaaaaaaa2');
    expect(await ear.heard).toMatchObject({ id: 'aaaaaaaaaaaaaaaa2', live: true });
    ending.abort();
    await ear.close();
  });

  it('finds it by REST when realtime is connected and delivers nothing', async () => {
    workspace.faults.delivery.loseEvery = 1;
    const ending = new AbortController();
    const ear = await listenFor('smoke-deaf', ending.signal, hasty);
    await say('it is smoke-deaf', 'aaaaaaaaaaaaaaaa3');
    expect(await ear.heard).toMatchObject({ id: 'aaaaaaaaaaaaaaaa3', live: false });
    workspace.faults.clear();
    ending.abort();
    await ear.close();
  });
});
