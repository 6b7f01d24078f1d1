import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixUserId } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  askWorkspace,
  authorInWorkspace,
  bobReads,
  matrixBodies,
  newConversation,
  puppetId,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { newDirect } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers, type HomeserverKind, homeservers } from '../support/homeservers.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';

const bobId = ({ bob }: Scene) => {
  const id = bob.credentials?.userId;
  if (id === undefined) throw new Error('bob has no account');
  return id;
};
const membersOnMatrix = ({ alice, matrixRoom }: Scene): Promise<readonly MatrixUserId[]> =>
  alice.joinedMembers(matrixRoom);
const nameOnMatrix = async ({ alice, ghost }: Scene): Promise<unknown> => (await alice.profile(ghost))?.displayName;

/** The bench's own bridge, which a test may stop for a while. */
function benchWith(homeserver: HomeserverKind, settings: Record<string, unknown> = {}) {
  let bench: Bench;
  let running: RunningBridge;
  beforeAll(async () => {
    bench = await startBench({
      homeserver,
      settings,
      compareProfilesMs: 200,
      comparePuppetsMs: 100,
      ends: { puppetIdleMs: 300 },
    });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());
  return {
    bench: () => bench,
    running: () => running,
    async whileDown(what: () => Promise<unknown>) {
      await running.stop();
      await what();
      running = await bench.start();
    },
    /** What was said is known to the bridge, so that it can be taken back. */
    async converse() {
      const scene = await newConversation(bench, running);
      await allIsWell(running);
      return scene;
    },
    /** The bridge has no more to do about what it says so of. */
    logs: (event: string, who: string) =>
      eventually(() =>
        expect(bench.logged.some((line) => line.includes(` ${event} `) && line.includes(who))).toBe(true),
      ),
  };
}

type Setting = ReturnType<typeof benchWith>;

async function isRetired(scene: Scene): Promise<void> {
  await eventually(async () => {
    expect(await membersOnMatrix(scene)).not.toContain(scene.ghost);
    expect(await nameOnMatrix(scene)).toBe('Deactivated user');
  });
}

describe.each(homeservers)('somebody of the workspace who is gone, on $name', (homeserver) => {
  const setting = benchWith(homeserver);

  test('deactivated: the ghost leaves without its name, what was said stays, and it comes back with its user', async () => {
    const scene = await setting.converse();
    await setting.bench().admin.setUserActive(bobId(scene), false, { relinquishes: true });
    await isRetired(scene);
    await setting.logs('notice.user-gone', scene.ghost);
    expect(await matrixBodies(scene)).toContain('hello');
    await setting.bench().admin.setUserActive(bobId(scene), true);
    await setting.bench().admin.sendMessage({
      id: 'adminSaysSomething' as never,
      roomId: scene.room.id,
      text: 'welcome back',
    });
    // Deactivation ended bob's tokens.
    const again = await signIn(setting, scene);
    await post(again, scene.room, 'here I am');
    await aliceReads(scene, ['welcome back', 'here I am']);
    expect(await membersOnMatrix(scene)).toContain(scene.ghost);
    expect(await nameOnMatrix(scene)).not.toBe('Deactivated user');
  });

  test('deleted, where the workspace erases messages: theirs are redacted, those of others stay', async () => {
    const scene = await setting.converse();
    for (const text of ['one', 'two', 'three']) await post(scene.bob, scene.room, text);
    await aliceReads(scene, ['one', 'two', 'three']);
    await allIsWell(setting.running());
    await setting.bench().admin.deleteUser(bobId(scene));
    await isRetired(scene);
    expect(await matrixBodies(scene)).toEqual(['hi']);
  });
});

async function signIn(setting: Setting, scene: Scene) {
  const { admin } = setting.bench();
  const user = await admin.userById(bobId(scene));
  const credentials = await admin.login(user?.username ?? '', new Secret('Sandbox-password-1'));
  return admin.as(credentials);
}

describe.each(finerHomeservers)('somebody who is gone while nobody listens, on $name', (homeserver) => {
  const setting = benchWith(homeserver);

  test('deleted with a direct message: it ends, and what they said in it is redacted', async () => {
    const scene = await newDirect(setting.bench());
    await allIsWell(setting.running());
    await setting.bench().admin.deleteUser(bobId(scene));
    await isRetired(scene);
    expect(await matrixBodies(scene)).toEqual(['hi', expect.stringContaining('this conversation has ended')]);
    expect((await setting.running().service.rooms()).map(({ roomId }) => roomId)).not.toContain(scene.room.id);
  });

  test('deleted while the bridge was down: the same at its start', async () => {
    const scene = await setting.converse();
    await setting.whileDown(() => setting.bench().admin.deleteUser(bobId(scene)));
    await isRetired(scene);
    expect(await matrixBodies(scene)).toEqual(['hi']);
  });
});

describe.each(finerHomeservers)('somebody who is gone, on $name', (homeserver) => {
  const setting = benchWith(homeserver, { Message_ErasureType: 'Unlink' });

  test('deleted, where the workspace keeps messages: what they said stays', async () => {
    const scene = await setting.converse();
    await setting.bench().admin.deleteUser(bobId(scene));
    await isRetired(scene);
    expect((await matrixBodies(scene)).toSorted()).toEqual(['hello', 'hi']);
  });

  test('deactivated while the bridge was down: retired at its start, also with a message that waited', async () => {
    const scene = await setting.converse();
    await setting.whileDown(async () => {
      await post(scene.bob, scene.room, 'last words');
      await setting.bench().admin.setUserActive(bobId(scene), false, { relinquishes: true });
    });
    await aliceReads(scene, ['last words']);
    await isRetired(scene);
  });

  test('a Matrix user who left the last room: their account is deactivated, and active when they are back', async () => {
    const scene = await setting.converse();
    const isActive = async () => (await setting.bench().admin.userByName(scene.puppet))?.active;
    await scene.alice.leave(scene.matrixRoom);
    await eventually(async () => expect(await isActive()).toBe(false));
    await setting.logs('puppet.asleep', scene.puppet);
    // What they wrote is still there.
    expect(await workspaceTexts(scene)).toContain('hi');
    await scene.alice.join(scene.matrixRoom);
    await send(scene.alice, scene.matrixRoom, 'back again');
    await bobReads(scene, ['back again']);
    expect(await authorInWorkspace(scene, 'back again')).toEqual({ username: scene.puppet, alias: undefined });
    expect(await isActive()).toBe(true);
  });

  test('a puppet that an administrator deactivated stays so, and costs neither logins nor passwords', async () => {
    const scene = await setting.converse();
    const { bench } = setting;
    await bench().admin.setUserActive(await puppetId(bench(), scene), false);
    const costs = () => ['POST login', 'POST users.update'].map((endpoint) => bench().asked.get(endpoint) ?? 0);
    const before = costs();
    expect(before[0]).toBeGreaterThan(0);
    await send(scene.alice, scene.matrixRoom, 'by the bot');
    await bobReads(scene, ['by the bot']);
    expect((await authorInWorkspace(scene, 'by the bot')).username).toBe('rcfed');
    expect((await bench().admin.userByName(scene.puppet))?.active).toBe(false);
    expect(costs()).toEqual(before);
    await askWorkspace(bench(), bench().admin, 'users.setActiveStatus', {
      userId: await puppetId(bench(), scene),
      activeStatus: true,
    });
    await send(scene.alice, scene.matrixRoom, 'by themselves');
    await bobReads(scene, ['by the bot', 'by themselves']);
    expect((await authorInWorkspace(scene, 'by themselves')).username).toBe(scene.puppet);
  });
});

// What a real homeserver says of a room that its administrator removed; nobody is told of that.
describe.each(homeservers.slice(0, 1))('a direct message whose Matrix room is gone, on $name', (homeserver) => {
  const setting = benchWith(homeserver);

  test('keeps nobody else from being deactivated', async () => {
    const { matrixRoom } = await newDirect(setting.bench());
    const scene = await setting.converse();
    const path = `/rooms/${encodeURIComponent(matrixRoom)}/`;
    const { faults } = setting.bench().homeserver as SandboxHomeserver;
    faults.add({ action: 'status', status: 403, errcode: 'M_FORBIDDEN', path, times: 0 });
    await scene.alice.leave(scene.matrixRoom);
    const { admin } = setting.bench();
    await eventually(async () => expect((await admin.userByName(scene.puppet))?.active).toBe(false));
    faults.clear();
  });
});
