import { expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/core/clock.ts';
import type { EventId, MatrixRoomId, WorkspaceRoomId, WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { RemoteError } from '../../../src/lib/core/remote-error.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import type { MatrixApi } from '../../../src/lib/matrix/types.ts';
import type { WorkspaceApi } from '../../../src/lib/rocketchat/types.ts';
import { exchange } from '../../../src/lib/smoke/exchange.ts';
import type { FoundRoom } from '../../../src/lib/smoke/room.ts';
import type { SignedIn } from '../../../src/lib/smoke/sign-in.ts';
import type { SmokeRequest } from '../../../src/lib/smoke/smoke-request.ts';

/** Seconds are milliseconds. */
const hasty: Clock = { now: systemClock.now, sleep: (ms, signal) => systemClock.sleep(ms / 1000, signal) };
const down = new RemoteError({ side: 'workspace', failure: 'network', request: 'POST /api/v1/chat.sendMessage' });

const room: FoundRoom = {
  matrixRoomId: '!room:example.org' as MatrixRoomId,
  workspaceRoomId: 'ROOM' as WorkspaceRoomId,
  made: false,
  awaited: undefined,
  newest: undefined,
  keep: () => Promise.resolve(),
};

const request = {
  workspace: { url: 'http://127.0.0.1:1', userId: 'bob' as WorkspaceUserId, token: new Secret('token') },
  timeoutMs: 30_000,
  graceMs: 0,
} as SmokeRequest;

it('a message that is still on its way when the other can not be sent is deleted as well, and what can not be is told', async () => {
  const sent = Promise.withResolvers<EventId>();
  const redacted: string[] = [];
  const workspace: Partial<WorkspaceApi> = {
    syncMessages: () => Promise.resolve({ updated: [], deleted: [] }),
    async sendMessage() {
      // The other one arrives at its homeserver only after this has failed.
      setImmediate(() => sent.resolve('$late' as EventId));
      throw down;
    },
    deleteMessage: () => Promise.reject(down),
  };
  const matrix: Partial<MatrixApi> = {
    sendEvent: () => sent.promise,
    messages: () => Promise.resolve({ events: [], end: undefined } as never),
    redact: (_, id) => Promise.resolve(void redacted.push(id) as never),
  };
  const accounts = { workspace, matrix, username: 'bob', workspaceTime: 0 } as unknown as SignedIn;
  const leftovers: string[] = [];
  const parts = {
    clock: hasty,
    log: () => {},
    network: { webSocketAgent: () => undefined } as never,
    signal: new AbortController().signal,
  };
  await expect(exchange(accounts, room, request, parts, leftovers)).rejects.toBe(down);
  expect(redacted).toEqual(['$late']);
  expect(leftovers).toEqual([expect.stringMatching(/^Could not delete the message in Rocket.Chat/)]);
});
