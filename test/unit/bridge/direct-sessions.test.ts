import { expect, test } from 'vitest';
import { createDirectSessions, type DirectSessionsOptions } from '../../../src/lib/bridge/direct/sessions.ts';
import { PortalIndex } from '../../../src/lib/bridge/portal-index.ts';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { MatrixRoomId, MatrixUserId, WorkspaceRoomId } from '../../../src/lib/core/ids.ts';
import type { RealtimeHandlers } from '../../../src/lib/rocketchat/types.ts';
import type { Portal } from '../../../src/lib/store/portal-types.ts';
import { eventually } from '../../support/eventually.ts';

const portalOf = (name: string, id: number): Portal => ({
  id,
  lane: `portal:${id}`,
  workspaceRoomId: `rid-${name}` as WorkspaceRoomId,
  matrixRoomId: `!${name}:example.org` as MatrixRoomId,
  state: 'active',
  roomType: 'd',
  name,
  alias: undefined,
  retention: 'keep',
  createdAt: 0,
  direct: { puppet: `@${name}:example.org` as MatrixUserId, ghost: '@rc_bob:example.org' as MatrixUserId },
});

/** Sessions that never reach a server: what they are told, and what comes of it. */
function pool(names: readonly string[], most?: number) {
  const portals = names.map((name, index) => portalOf(name, index + 1));
  const index = new PortalIndex({ of: () => undefined, all: () => [], add: async () => {}, forget: async () => {} });
  for (const portal of portals) index.set(portal);
  const opened = new Map<string, RealtimeHandlers>();
  const closed: string[] = [];
  const recorded: string[] = [];
  const lost: string[] = [];
  const caughtUp: string[] = [];
  const session = (user: string) => ({
    start: () => Promise.resolve(),
    watchRoom: () => Promise.resolve(),
    unwatchRoom: () => Promise.resolve(),
    reconnect: () => {},
    close: () => Promise.resolve(void closed.push(user)),
  });
  const options = {
    parts: {
      clock: systemClock,
      log: () => {},
      passed: () => {},
      isOwnAccount: () => Promise.resolve(false),
      store: {
        inbox: {
          record: ({ rows }: { rows: readonly { lane: string; ref: string }[] }) => {
            recorded.push(...rows.map(({ ref }) => ref));
            return Promise.resolve([]);
          },
        },
      },
    },
    portals: index,
    puppets: { account: (id: string) => Promise.resolve({ api: { credentials: { userId: id } } }) },
    catchUps: {
      one: (_: string, portal: Portal) => Promise.resolve(caughtUp.push(portal.name)),
      lostOne: (portal: Portal) => lost.push(portal.name),
    },
    realtime: (handlers: RealtimeHandlers, { userId }: { userId: string }) => {
      opened.set(userId, handlers);
      return Promise.resolve(session(userId));
    },
    recorded: () => {},
    wants: [],
    onNews: () => {},
    ...(most === undefined ? {} : { most }),
  } as unknown as DirectSessionsOptions;
  const sessions = createDirectSessions(options);
  const ready = async (name: string): Promise<RealtimeHandlers> => {
    const handlers = await eventually(() => {
      const found = opened.get(`@${name}:example.org`);
      if (found === undefined) throw new Error(`${name} has no session`);
      return found;
    });
    handlers.onReady();
    return handlers;
  };
  return { portals, sessions, ready, closed, recorded, lost, caughtUp };
}

const message = (id: string, rid: string) => ({
  kind: 'message' as const,
  message: { _id: id, rid, msg: 'x', ts: 1, _updatedAt: 1, u: { _id: 'u', username: 'bob' } },
});

test('a session brings what its own direct messages hold, and nothing of other rooms', async () => {
  const { portals, sessions, ready, recorded } = pool(['alice', 'carol']);
  for (const portal of portals) sessions.touch(portal);
  const alice = await ready('alice');
  for (const rid of ['rid-carol', 'GENERAL', 'rid-alice']) alice.onEvent(message(`in ${rid}`, rid));
  await eventually(() => expect(recorded).toEqual(['in rid-alice']));
  await sessions.close();
});

test('what a lost session may have missed is waited for, and caught up on when it is back', async () => {
  const { portals, sessions, ready, lost, caughtUp } = pool(['alice']);
  const [portal] = portals;
  if (portal === undefined) throw new Error('no portal');
  sessions.touch(portal);
  const handlers = await ready('alice');
  await eventually(() => expect(caughtUp).toEqual(['alice']));
  expect(sessions.isUp(portal)).toBe(true);
  handlers.onLost('a test');
  expect(lost).toEqual(['alice']);
  expect(sessions.isUp(portal)).toBe(false);
  handlers.onReady();
  await eventually(() => expect(caughtUp).toEqual(['alice', 'alice']));
  await sessions.close();
});

test('of too many the one that was used least lately ends', async () => {
  const { portals, sessions, ready, closed } = pool(['alice', 'carol', 'dave'], 2);
  const [alice, carol, dave] = portals;
  if (alice === undefined || carol === undefined || dave === undefined) throw new Error('no portals');
  sessions.touch(alice);
  sessions.touch(carol);
  await ready('alice');
  await ready('carol');
  sessions.touch(alice);
  sessions.touch(dave);
  await eventually(() => expect(closed).toEqual(['@carol:example.org']));
  expect(sessions.isUp(alice)).toBe(true);
  expect(sessions.isUp(carol)).toBe(false);
  await sessions.close();
});
