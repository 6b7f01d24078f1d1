// One person's account on the other side fails: it is made sure of again, or the bot speaks for them. Nobody else notices.
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/lib/core/secret.ts';
import { type Bench, type RunningBridge, edit, post, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  askHomeserver,
  authorInWorkspace,
  bobReads,
  eventOnMatrix,
  fresh,
  matrixBodies,
  newConversation,
  puppetId,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';
import { areInWorkspace, newColleague, standsOnMatrix } from '../support/member-scene.ts';
import { setLevel } from '../support/power.ts';

let bench: Bench;
let running: RunningBridge;
let scene: Scene;

async function begin(homeserver: (typeof homeservers)[number]): Promise<void> {
  bench = await startBench({ homeserver });
  running = await bench.start();
}

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  bench.logged.length = 0;
  expect(await running.service.asideRows()).toEqual([]);
  await allIsWell(running);
});

describe("an external user's account in Rocket.Chat", () => {
  beforeAll(async () => {
    const [sandbox] = homeservers;
    if (sandbox !== undefined) await begin(sandbox);
  });
  afterAll(() => bench.stop());
  beforeEach(async () => {
    scene = await newConversation(bench, running, { type: 'p' });
  });

  test('whose token was revoked logs in again by itself', async () => {
    bench.workspace.revokeTokens(scene.puppet);
    await send(scene.alice, scene.matrixRoom, 'still me');
    await bobReads(scene, ['still me']);
    expect(await authorInWorkspace(scene, 'still me')).toEqual({ username: scene.puppet, alias: undefined });
  });

  test('that was removed from the group while the bridge was down stays out, and what was written meanwhile is said', async () => {
    await running.stop();
    await scene.bob.removeFromRoom(scene.room, await puppetId(bench, scene));
    await send(scene.alice, scene.matrixRoom, 'before I knew');
    running = await bench.start();
    await bobReads(scene, ['before I knew']);
    const { homeserver: bot } = running.connected.parts;
    await standsOnMatrix({ ...scene, alice: bot }, scene.alice.userId, 'leave');
    await areInWorkspace(bench, scene, [(await scene.bob.me()).username]);
  });

  test('that an administrator deactivated stays so: the bot speaks under their name', async () => {
    const id = await puppetId(bench, scene);
    await bench.admin.setUserActive(id, false);
    await send(scene.alice, scene.matrixRoom, 'as somebody else');
    const event = await send(scene.alice, scene.matrixRoom, 'twcie');
    await bobReads(scene, ['as somebody else', 'twcie']);
    const alias = expect.stringContaining('alice') as string;
    expect(await authorInWorkspace(scene, 'twcie')).toEqual({ username: 'rcfed', alias });
    await edit(scene.alice, scene.matrixRoom, event, 'twice');
    await bobReads(scene, ['as somebody else', 'twice']);
    await scene.alice.redact(scene.matrixRoom, event, 'gone');
    await bobReads(scene, ['as somebody else']);
    expect((await bench.admin.userById(id))?.active).toBe(false);
    expect(fresh(await matrixBodies(scene))).toEqual(['as somebody else']);
  });

  test('that was deactivated for a while speaks for itself afterwards', async () => {
    const id = await puppetId(bench, scene);
    await bench.admin.setUserActive(id, false);
    await send(scene.alice, scene.matrixRoom, 'while away');
    await bobReads(scene, ['while away']);
    await bench.admin.setUserActive(id, true);
    await send(scene.alice, scene.matrixRoom, 'here again');
    await bobReads(scene, ['while away', 'here again']);
    expect((await authorInWorkspace(scene, 'here again')).username).toBe(scene.puppet);
  });

  test('is not the one that a colleague made themselves beforehand, with its name or its address', async () => {
    const { identity, homeserver: bot } = running.connected.parts;
    const password = new Secret('Sandbox-password-1');
    const squatted = async (localpart: string, username: string) => {
      const person = await bench.matrixUser(localpart);
      const id = createHash('sha256').update(`${identity.workspaceId} ${person.userId}`).digest('hex').slice(0, 24);
      const email = `rcfed-${id}@${identity.puppetEmailDomain}`;
      const squatter = await bench.admin.createUser({ username, name: username, email, password, roles: ['user'] });
      await bot.invite(scene.matrixRoom, person.userId);
      await person.join(scene.matrixRoom);
      await send(person, scene.matrixRoom, `${localpart} is here`);
      await eventually(async () => expect(fresh(await workspaceTexts(scene))).toContain(`${localpart} is here`));
      const author = await authorInWorkspace(scene, `${localpart} is here`);
      expect(author).toEqual({ username: expect.stringContaining(`${localpart}.sandbox.test-`), alias: undefined });
      expect((await bench.admin.login(username, password)).userId).toBe(squatter.id);
    };
    await squatted('eva', 'eva.sandbox.test');
    await squatted('dora', 'mallory');
  });

  test('that cannot be made because all seats are taken: the bot speaks under their name', async () => {
    const { state } = bench.workspace;
    state.seats = state.accounts.all().filter(({ user }) => user.active).length;
    const carol = await bench.matrixUser('carol');
    await running.connected.parts.homeserver.invite(scene.matrixRoom, carol.userId);
    await carol.join(scene.matrixRoom);
    await send(carol, scene.matrixRoom, 'no seat for me');
    await send(scene.alice, scene.matrixRoom, 'but for me');
    await bobReads(scene, ['no seat for me', 'but for me']);
    expect(await authorInWorkspace(scene, 'no seat for me')).toEqual({
      username: 'rcfed',
      alias: expect.stringContaining('carol') as string,
    });
    expect((await authorInWorkspace(scene, 'but for me')).username).toBe(scene.puppet);
    state.seats = undefined;
  });
});

describe.each(homeservers)("a Rocket.Chat user's account on Matrix, on $name", (homeserver) => {
  beforeAll(() => begin(homeserver));
  afterAll(() => bench.stop());
  beforeEach(async () => {
    scene = await newConversation(bench, running, { ownRoom: true });
  });

  /** As alice, who may. */
  const moderate = (what: string): Promise<void> =>
    askHomeserver(bench, bench.matrixToken(scene.alice), `rooms/${encodeURIComponent(scene.matrixRoom)}/${what}`, {
      user_id: scene.ghost,
    });

  /** bob is the last owner in Rocket.Chat: that he can't be removed there is said once, at any moment. */
  const aliceHears = (texts: readonly string[]): Promise<void> =>
    eventually(async () => {
      const bodies = fresh(await matrixBodies(scene)).filter((body) => !body.endsWith('of a room stays there.'));
      expect(bodies).toEqual(texts);
    });

  test('that was kicked from the room joins again, since the last owner stays', async () => {
    scene = await newConversation(bench, running, { ownRoom: 'as moderator' });
    await moderate('kick');
    await standsOnMatrix(scene, scene.ghost, 'join');
    await post(scene.bob, scene.room, 'back again');
    await aliceHears(['back again']);
    expect((await eventOnMatrix(scene, 'back again'))['sender']).toBe(scene.ghost);
  });

  test('is invited into a room for the invited alone, and joins', async () => {
    await setLevel(scene.alice, scene.matrixRoom, running.connected.parts.identity.matrixBot, 50);
    await scene.alice.sendState(scene.matrixRoom, 'm.room.join_rules', '', { join_rule: 'invite' });
    const carol = await newColleague(bench);
    await post(carol.account, scene.room, 'new here');
    await aliceHears(['new here']);
    expect((await eventOnMatrix(scene, 'new here'))['sender']).toBe(carol.ghost);
  });

  test('that was kicked while the bridge was down stays out, and what was written meanwhile is said', async () => {
    const carol = await newColleague(bench);
    await scene.bob.addToRoom(scene.room, carol.id);
    await standsOnMatrix(scene, carol.ghost, 'join');
    await running.stop();
    await scene.alice.kick(scene.matrixRoom, carol.ghost);
    await post(carol.account, scene.room, 'before I knew');
    running = await bench.start();
    await areInWorkspace(bench, scene, [(await scene.bob.me()).username, scene.puppet]);
    await eventually(async () => expect((await matrixBodies(scene)).join()).toContain('before I knew'));
    await allIsWell(running);
    await standsOnMatrix(scene, carol.ghost, 'leave');
  });

  test('whose device was deleted gets it back', async () => {
    const path = `devices/RCFED?user_id=${encodeURIComponent(scene.ghost)}`;
    await askHomeserver(bench, bench.registration.asToken.reveal(), path, undefined, 'DELETE');
    await post(scene.bob, scene.room, 'same voice');
    await aliceHears(['same voice']);
    expect((await eventOnMatrix(scene, 'same voice'))['sender']).toBe(scene.ghost);
  });

  test('that was banned stays so: the bot speaks under their name', async () => {
    scene = await newConversation(bench, running, { ownRoom: 'as moderator' });
    await moderate('ban');
    const id = await post(scene.bob, scene.room, 'by another vioce');
    const { username } = await scene.bob.me();
    // For clients that know nothing of a message's own profile the name stands before the text, too.
    await aliceHears([`${username}: by another vioce`]);
    const event = await eventOnMatrix(scene, `${username}: by another vioce`);
    expect(event['sender']).toBe(running.connected.parts.identity.matrixBot);
    const profile = { displayname: username, has_fallback: true };
    expect(event['content']).toMatchObject({ 'com.beeper.per_message_profile': profile });
    await scene.bob.updateMessage(scene.room.id, id, 'by another voice');
    await eventually(async () => expect((await matrixBodies(scene)).join()).toContain('by another voice'));
    await scene.bob.deleteMessage(scene.room.id, id);
    await aliceHears([]);
    const membership = await scene.alice.state(scene.matrixRoom, 'm.room.member', scene.ghost);
    expect(membership?.['membership']).toBe('ban');
  });
});
