import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BridgeConfig } from '../../src/lib/bridge/connect.ts';
import type { RoomEnds } from '../../src/lib/bridge/ends/terms.ts';
import type { MatrixUserId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, bodiesIn, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import {
  allIsWell,
  askWorkspace,
  newConversation,
  type Scene,
  type SceneOptions,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { acceptDirect, newDirect } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers, type HomeserverKind, homeservers, synapse } from '../support/homeservers.ts';

type Ends = NonNullable<BridgeConfig['ends']>;

/** A bench whose bridge can be started anew with another policy. */
function benchFor(homeserver: HomeserverKind, homeserverAdmin = false) {
  let bench: Bench;
  let running: RunningBridge;
  const ends: { -readonly [Key in keyof Ends]: Ends[Key] } = {};
  beforeAll(async () => {
    bench = await startBench({ homeserver, ends, homeserverAdmin, compareEndsMs: 500 });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    await allIsWell(running);
  });
  afterAll(() => bench.stop());
  return {
    bench: () => bench,
    running: () => running,
    async restart(policy: RoomEnds) {
      await running.stop();
      ends.roomEnds = policy;
      running = await bench.start();
    },
    async whileDown(what: () => Promise<unknown>) {
      await running.stop();
      await what();
      running = await bench.start();
    },
    converse: (options: SceneOptions = {}) => newConversation(bench, running, options),
    botOnMatrix: () => `@rcfed:${bench.homeserver.serverName}` as MatrixUserId,
  };
}

type Setting = ReturnType<typeof benchFor>;

const membersOnMatrix = ({ alice, matrixRoom }: Scene): Promise<readonly MatrixUserId[]> =>
  alice.joinedMembers(matrixRoom);
const noticesOnMatrix = async (scene: Scene): Promise<string[]> =>
  (await bodiesIn(scene.alice, scene.matrixRoom)).filter((body) => /Rocket\.Chat/.test(body));
const isBridged = async (setting: Setting, { room }: Scene): Promise<boolean> =>
  (await setting.running().service.rooms()).some(({ roomId }) => roomId === room.id);
const archived = async (setting: Setting, { room }: Scene): Promise<unknown> =>
  (await setting.bench().admin.roomById(room.id))?.archived;

async function endedInWorkspace(setting: Setting, scene: Scene): Promise<void> {
  await eventually(async () => expect(await isBridged(setting, scene)).toBe(false));
  expect(await noticesOnMatrix(scene)).toHaveLength(1);
  expect(await membersOnMatrix(scene)).toEqual([scene.alice.userId]);
}

describe.each(homeservers)('a room that ends on one side, on $name', (homeserver) => {
  const setting = benchFor(homeserver);

  test('deleted in Rocket.Chat: what was said before arrives, it is said on Matrix, and our side leaves', async () => {
    const scene = await setting.converse();
    const { alias } = (await setting.running().service.rooms()).find(({ roomId }) => roomId === scene.room.id) ?? {};
    expect(alias).toBeDefined();
    await setting.bench().admin.deleteRoom(scene.room);
    await endedInWorkspace(setting, scene);
    expect(await noticesOnMatrix(scene)).toEqual([expect.stringContaining(`${scene.room.name} was deleted`)]);
    expect(await scene.alice.resolveAlias(alias as never)).toBeUndefined();
    expect(await scene.alice.isListed(scene.matrixRoom)).toBe(false);
    expect(await bodiesIn(scene.alice, scene.matrixRoom)).toContain('hello');
  });

  test('the bot is put out of the Matrix room: it is said in Rocket.Chat by whom, and the channel is archived', async () => {
    const scene = await setting.converse({ ownRoom: true });
    await scene.alice.kick(scene.matrixRoom, setting.botOnMatrix(), 'enough');
    await eventually(async () => expect(await isBridged(setting, scene)).toBe(false));
    expect(await archived(setting, scene)).toBe(true);
    const said = (await workspaceTexts(scene)).at(-1);
    expect(said).toMatch(/removed from the Matrix room by .*alice.*enough.*archived/);
    expect(await membersOnMatrix(scene)).toEqual([scene.alice.userId]);
    await expect(post(scene.bob, scene.room, 'anybody?')).rejects.toThrow();
  });

  test('the bot is banned while the bridge was down: the same at its start', async () => {
    const scene = await setting.converse({ ownRoom: true });
    await setting.whileDown(() => scene.alice.ban(scene.matrixRoom, setting.botOnMatrix()));
    await eventually(async () => expect(await isBridged(setting, scene)).toBe(false));
    expect(await archived(setting, scene)).toBe(true);
    expect((await workspaceTexts(scene)).at(-1)).toMatch(/banned from the Matrix room/);
  });
});

describe.each(finerHomeservers)('how a room ends, on $name', (homeserver) => {
  const setting = benchFor(homeserver);

  test('deleted in Rocket.Chat while the bridge was down: the same at its start', async () => {
    const scene = await setting.converse();
    await setting.whileDown(() => setting.bench().admin.deleteRoom(scene.room));
    await endedInWorkspace(setting, scene);
  });

  test('the bot is removed from a private group: both sides are told, and nothing is archived', async () => {
    const scene = await setting.converse({ type: 'p' });
    await askWorkspace(setting.bench(), scene.bob, 'groups.kick', {
      roomId: scene.room.id,
      userId: setting.bench().config.workspace.credentials.userId,
    });
    await eventually(async () => expect(await isBridged(setting, scene)).toBe(false));
    expect(await noticesOnMatrix(scene)).toEqual([expect.stringContaining('The bridge was removed from')]);
    expect((await textsIn(scene.bob, scene.room.id)).at(-1)).toMatch(/bridge was removed from this room/);
    expect(await membersOnMatrix(scene)).toEqual([scene.alice.userId]);
  });

  test('a private group that is deleted is told from one that the bot was removed from', async () => {
    const scene = await setting.converse({ type: 'p' });
    await setting.whileDown(() => scene.bob.deleteRoom(scene.room));
    await endedInWorkspace(setting, scene);
    expect(await noticesOnMatrix(scene)).toEqual([expect.stringContaining('was deleted in Rocket.Chat')]);
  });

  test('a bridge that dies when our side has left goes on with the closing at its start, and says it once', async () => {
    const scene = await setting.converse();
    await setting.whileDown(async () => {
      await setting.bench().admin.deleteRoom(scene.room);
      await (
        await setting.bench().startDying('close:left')
      ).died;
    });
    await endedInWorkspace(setting, scene);
  });

  test('a bridge that dies when it has told of the end archives at its start, and says it once', async () => {
    const scene = await setting.converse({ ownRoom: true });
    await setting.whileDown(async () => {
      await scene.alice.kick(scene.matrixRoom, setting.botOnMatrix());
      await (
        await setting.bench().startDying('close:told')
      ).died;
    });
    await eventually(async () => expect(await isBridged(setting, scene)).toBe(false));
    expect(await archived(setting, scene)).toBe(true);
    const said = (await workspaceTexts(scene)).filter((text) => text.includes('removed from the Matrix room'));
    expect(said).toHaveLength(1);
  });

  test('a bridge that ends in the middle of an unlink goes on with that at its start, and archives nothing', async () => {
    const scene = await setting.converse();
    await setting.whileDown(async () => {
      const ending = await setting.bench().start((checkpoint) => {
        if (checkpoint === 'close:left') throw new Error('killed');
      });
      await expect(ending.service.unlink({ room: scene.room.name })).rejects.toThrow('killed');
      await ending.stop();
    });
    await eventually(async () => expect(await isBridged(setting, scene)).toBe(false));
    expect(await archived(setting, scene)).toBe(false);
    expect(await workspaceTexts(scene)).toEqual(['hello', 'hi']);
    await post(scene.bob, scene.room, 'among ourselves');
    expect(await membersOnMatrix(scene)).toEqual([scene.alice.userId]);
  });

  test('what waited for its turn is settled, and a deleted room of that name can be linked again', async () => {
    const scene = await setting.converse();
    await setting.whileDown(async () => {
      await send(scene.alice, scene.matrixRoom, 'too late');
      await setting.bench().admin.deleteRoom(scene.room);
    });
    await endedInWorkspace(setting, scene);
    const again = await scene.bob.createRoom('c', scene.room.name);
    const linked = await setting.running().service.link({ room: scene.room.name });
    expect(linked.room.matrixRoomId).not.toBe(scene.matrixRoom);
    await scene.alice.join(linked.room.matrixRoomId as never);
    await post(scene.bob, again, 'here again');
    await eventually(async () =>
      expect(await bodiesIn(scene.alice, linked.room.matrixRoomId as never)).toContain('here again'),
    );
  });

  test('policy keep: it is said, and everybody stays', async () => {
    await setting.restart('keep');
    const scene = await setting.converse();
    await setting.bench().admin.deleteRoom(scene.room);
    await eventually(async () => expect(await isBridged(setting, scene)).toBe(false));
    expect(await noticesOnMatrix(scene)).toHaveLength(1);
    expect(await membersOnMatrix(scene)).toContain(scene.ghost);
    const other = await setting.converse({ ownRoom: true });
    await other.alice.kick(other.matrixRoom, setting.botOnMatrix());
    await eventually(async () => expect(await isBridged(setting, other)).toBe(false));
    expect(await archived(setting, other)).toBe(false);
    expect((await workspaceTexts(other)).at(-1)).toMatch(/removed from the Matrix room/);
  });

  test('policy delete without an administrator: everybody is put out whom the bot may put out', async () => {
    await setting.restart('delete');
    const scene = await setting.converse();
    await setting.bench().admin.deleteRoom(scene.room);
    await eventually(async () => expect(await isBridged(setting, scene)).toBe(false));
    await expect(membersOnMatrix(scene)).rejects.toThrow();
    // Rocket.Chat's history is nobody's to delete because of what happened on Matrix.
    const other = await setting.converse({ ownRoom: true });
    await other.alice.kick(other.matrixRoom, setting.botOnMatrix());
    await eventually(async () => expect(await isBridged(setting, other)).toBe(false));
    expect(await archived(setting, other)).toBe(true);
    expect(await workspaceTexts(other)).toContain('hello');
    await setting.restart('close');
  });
});

/** Only Synapse has these. */
describe.each(synapse === undefined ? [] : [synapse])('with the administrator of $name', (homeserver) => {
  const setting = benchFor(homeserver, true);
  const asAdmin = async (method: string, path: string, body?: unknown): Promise<number> => {
    const { homeserver: server } = setting.bench();
    const answer = await fetch(`${server.url}/_synapse/admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${server.adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.status;
  };
  const roomPath = ({ matrixRoom }: Scene): string => `v1/rooms/${encodeURIComponent(matrixRoom)}`;

  test('policy delete: the Matrix room of a deleted channel is purged', async () => {
    await setting.restart('delete');
    const scene = await setting.converse();
    expect(await asAdmin('GET', roomPath(scene))).toBe(200);
    await setting.bench().admin.deleteRoom(scene.room);
    await eventually(async () => expect(await isBridged(setting, scene)).toBe(false));
    await eventually(async () => expect(await asAdmin('GET', roomPath(scene))).toBe(404));
    await setting.restart('close');
  });

  test('a Matrix room that the homeserver purges: the channel is archived with a notice', async () => {
    const scene = await setting.converse();
    const path = `v2/rooms/${encodeURIComponent(scene.matrixRoom)}`;
    await setting.whileDown(async () => {
      expect(await asAdmin('DELETE', path, { block: true, purge: true })).toBe(200);
      await eventually(async () => expect(await asAdmin('GET', roomPath(scene))).toBe(404));
    });
    await eventually(async () => expect(await isBridged(setting, scene)).toBe(false));
    expect(await archived(setting, scene)).toBe(true);
    expect((await workspaceTexts(scene)).at(-1)).toMatch(/was removed, or the bridge shut out of it/);
  });

  test.each(['runs', 'is down'])(
    'a direct message whose room is purged while the bridge %s: what is written next goes into a new one',
    async (how) => {
      const scene = await newDirect(setting.bench());
      const purge = async (): Promise<void> => {
        expect(await asAdmin('DELETE', `v2/rooms/${encodeURIComponent(scene.matrixRoom)}`, { purge: true })).toBe(200);
        await eventually(async () => expect(await asAdmin('GET', roomPath(scene))).toBe(404));
      };
      if (how === 'runs') await purge();
      else await setting.whileDown(purge);
      await post(scene.bob, scene.room, 'is anybody there?');
      const other = await acceptDirect(setting.bench(), scene.alice);
      await eventually(async () => expect(await bodiesIn(scene.alice, other)).toEqual(['is anybody there?']));
      expect(await setting.running().service.asideRows()).toEqual([]);
    },
  );
});
