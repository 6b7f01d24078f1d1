import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import { aliceReads, allIsWell, authorInWorkspace, bobReads, newScene, type Scene } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { ghostPicture, idOf, newPicture } from '../support/looks.ts';

let bench: Bench;
let running: RunningBridge;
let scene: Scene;

const ghostLooks = () => scene.alice.profile(scene.ghost);
const puppetName = async (): Promise<string | undefined> => (await bench.admin.userByName(scene.puppet))?.name;

describe.each(finerHomeservers)('names and pictures, compared now and then, on $name', (homeserver) => {
  beforeAll(async () => {
    bench = await startBench({ homeserver, compareProfilesMs: 300 });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newScene(bench, running);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.workspace.faults.clear();
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  test('a new real name, of which Rocket.Chat tells nobody, is found without a word of theirs', async () => {
    await post(scene.bob, scene.room, 'good morning');
    await aliceReads(scene, ['good morning']);
    await bench.admin.setName(idOf(scene.bob), 'Robert');
    await eventually(async () => expect((await ghostLooks())?.displayName).toBe('Robert'));
  });

  test('a picture that can’t be had keeps no message back, and is there later', async () => {
    const bytes = newPicture();
    await bench.admin.setAvatar(idOf(scene.bob), bytes, 'image/png');
    const fault = bench.workspace.faults.add({ path: '^/avatar/', action: 'status', status: 500 });
    await post(scene.bob, scene.room, 'no picture yet');
    await aliceReads(scene, ['no picture yet']);
    expect((await ghostLooks())?.avatarUrl).toBeUndefined();
    bench.workspace.faults.remove(fault);
    await eventually(async () => expect(await ghostPicture(scene)).toEqual(bytes), 90_000);
  }, 120_000);

  test('somebody who is named like a colleague bears their whole Matrix id', async () => {
    const { userId } = scene.alice;
    await bench.workspaceUser(`carla-${randomBytes(4).toString('hex')}`, 'Carla Root');
    await scene.alice.setDisplayName('Саrlа Rооt');
    await send(scene.alice, scene.matrixRoom, 'it is me, Carla');
    await bobReads(scene, ['it is me, Carla']);
    await eventually(async () => expect(await puppetName()).toBe(`Саrlа Rооt (${userId})`));
    await scene.alice.setDisplayName('Somebody Else');
    await eventually(async () => expect(await puppetName()).toBe(`Somebody Else (${bench.homeserver.serverName})`));
  });
});

describe.each(finerHomeservers)('in alias mode, on $name', (homeserver) => {
  beforeAll(async () => {
    bench = await startBench({ homeserver, identity: 'alias' });
    running = await bench.start();
    scene = await newScene(bench, running);
  });
  afterAll(() => bench.stop());

  test('the bot speaks under the name that somebody has now', async () => {
    const { serverName } = bench.homeserver;
    await scene.alice.setDisplayName('Alice');
    await send(scene.alice, scene.matrixRoom, 'one');
    await bobReads(scene, ['one']);
    await scene.alice.setDisplayName('Alice (corp.example)');
    await send(scene.alice, scene.matrixRoom, 'two');
    await bobReads(scene, ['one', 'two']);
    expect((await authorInWorkspace(scene, 'one')).alias).toBe(`Alice (${serverName})`);
    expect((await authorInWorkspace(scene, 'two')).alias).toBe(`Alice [corp.example] (${serverName})`);
  });
});
