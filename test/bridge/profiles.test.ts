import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, bodiesIn, post, send, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  askHomeserver,
  askWorkspace,
  bobReads,
  eventOnMatrix,
  newConversation,
  newScene,
  puppetId,
  type Scene,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { ghostPicture, idOf, newPicture, puppetPicture, setPicture } from '../support/looks.ts';

const SELDOM = 60 * 60 * 1000;

let bench: Bench;
let running: RunningBridge;
let scene: Scene;

const ghostLooks = () => scene.alice.profile(scene.ghost);
const puppetName = async (): Promise<string | undefined> => (await bench.admin.userByName(scene.puppet))?.name;
/** What the bridge did about somebody's looks. */
const done = (who: string): string[] =>
  bench.logged.filter((line) => /^\S+ (ghost|puppet)\.(named|pictured)/.test(line) && line.includes(who));
/** How often the ghost has changed in the room, its joining included. */
const appearances = async ({ alice, matrixRoom, ghost }: Scene): Promise<number> => {
  const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 100 });
  return events.filter((event) => event['type'] === 'm.room.member' && event['state_key'] === ghost).length;
};

describe.each(finerHomeservers)('names and pictures, as they are told of, on $name', (homeserver) => {
  beforeAll(async () => {
    bench = await startBench({ homeserver, compareProfilesMs: SELDOM });
    running = await bench.start();
    scene = await newConversation(bench, running);
    // From the first of these that is heard of, all are.
    await eventually(async () => {
      const bytes = newPicture();
      await bench.admin.setAvatar(idOf(scene.bob), bytes, 'image/png');
      await eventually(async () => expect(await ghostPicture(scene)).toEqual(bytes), 1_000);
    });
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  test('a picture that somebody sets in Rocket.Chat is seen on Matrix, and gone when they take it away', async () => {
    const bytes = newPicture();
    await bench.admin.setAvatar(idOf(scene.bob), bytes, 'image/png');
    await eventually(async () => expect(await ghostPicture(scene)).toEqual(bytes));
    await bench.admin.resetAvatar(idOf(scene.bob));
    await eventually(async () => expect((await ghostLooks())?.avatarUrl).toBeUndefined());
    expect((await ghostLooks())?.displayName).toBe((await scene.bob.me()).name);
  });

  test('drawn initials are nobody’s picture', async () => {
    expect(await bench.admin.avatar((await scene.bob.me()).username, 10_000)).toBeUndefined();
    expect(await ghostLooks()).toEqual({ displayName: (await scene.bob.me()).name, avatarUrl: undefined });
    expect(done(scene.ghost)).toEqual([]);
  });

  test('a picture of a person in two rooms is uploaded and set once', async () => {
    const other = await newScene(bench, running);
    await scene.bob.joinRoom(other.room.id);
    await post(scene.bob, other.room, 'here too');
    await eventually(async () => expect(await bodiesIn(other.alice, other.matrixRoom)).toEqual(['here too']));
    const bytes = newPicture();
    await bench.admin.setAvatar(idOf(scene.bob), bytes, 'image/png');
    await eventually(async () => expect(await ghostPicture(scene)).toEqual(bytes));
    const mxc = (await ghostLooks())?.avatarUrl;
    // The same picture once more has another etag.
    await bench.admin.setAvatar(idOf(scene.bob), bytes, 'image/png');
    const marker = newPicture();
    await bench.admin.setAvatar(idOf(scene.bob), marker, 'image/png');
    await eventually(async () => expect(await ghostPicture(scene)).toEqual(marker));
    await eventually(() => expect(done(scene.ghost)).toHaveLength(2));
    expect(done(scene.ghost)[0]).toContain(mxc);
  });

  test('a new username is the same person on Matrix', async () => {
    const { username } = await scene.bob.me();
    await askWorkspace(bench, bench.admin, 'users.update', {
      userId: idOf(scene.bob),
      data: { username: `${username}.new`, name: 'Bob the Renamed', email: `${username}.new@people.test` },
    });
    await eventually(async () => expect((await ghostLooks())?.displayName).toBe('Bob the Renamed'));
    await post(scene.bob, scene.room, 'still me');
    await aliceReads(scene, ['still me']);
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 5 });
    expect(events.find((event) => (event['content'] as { body?: unknown }).body === 'still me')?.['sender']).toBe(
      scene.ghost,
    );
    const { people } = running.connected.parts.store;
    await eventually(async () =>
      expect((await people.byUsername('ghost', `${username}.new`))?.matrixUserId).toBe(scene.ghost),
    );
    // Who is named by the new one is meant, and who gets the old one is somebody else.
    const successor = await bench.workspaceUser(username);
    await successor.joinRoom(scene.room.id);
    await post(successor, scene.room, `I am not @${username}.new`);
    const said = await eventually(() => eventOnMatrix(scene, `I am not Bob the Renamed`));
    expect(said['content']).toMatchObject({ 'm.mentions': { user_ids: [scene.ghost] } });
    expect(said['sender']).not.toBe(scene.ghost);
    expect((await people.byUsername('ghost', username))?.matrixUserId).toBe(said['sender']);
    // A picture is found under the new name.
    const bytes = newPicture();
    await bench.admin.setAvatar(idOf(scene.bob), bytes, 'image/png');
    await eventually(async () => expect(await ghostPicture(scene)).toEqual(bytes));
  });

  test('an external person whose account an administrator renames is named by the new name', async () => {
    const username = `${scene.room.name}-guest`;
    const userId = await puppetId(bench, scene);
    await askWorkspace(bench, bench.admin, 'users.update', { userId, data: { username } });
    const { people } = running.connected.parts.store;
    await eventually(async () => expect((await people.byMatrixUser(scene.alice.userId))?.username).toBe(username));
    await post(scene.bob, scene.room, `welcome @${username}`);
    const said = await eventually(() => eventOnMatrix(scene, `welcome ${scene.puppet.split('.')[0]}`));
    expect(said['content']).toMatchObject({ 'm.mentions': { user_ids: [scene.alice.userId] } });
  });

  test('a new real name, of which Rocket.Chat tells nobody, follows the next message', async () => {
    await bench.admin.setName(idOf(scene.bob), 'Robert');
    await post(scene.bob, scene.room, 'call me Robert');
    await eventually(async () => expect((await ghostLooks())?.displayName).toBe('Robert'));
  });

  test('a name and a picture that somebody sets on Matrix are seen in Rocket.Chat, and gone when taken away', async () => {
    const { serverName } = bench.homeserver;
    await scene.alice.setDisplayName('Alice Liddell');
    await eventually(async () => expect(await puppetName()).toBe(`Alice Liddell (${serverName})`));
    const bytes = newPicture();
    await setPicture(scene.alice, bytes);
    await eventually(async () => expect(await puppetPicture(bench, scene)).toEqual(bytes));
    await scene.alice.setAvatarUrl('');
    await eventually(async () => expect(await puppetPicture(bench, scene)).toBeUndefined());
    await scene.alice.setDisplayName('');
    const localpart = scene.alice.userId.slice(1, scene.alice.userId.indexOf(':'));
    await eventually(async () => expect(await puppetName()).toBe(`${localpart} (${serverName})`));
    await send(scene.alice, scene.matrixRoom, 'nobody was in the way');
    await bobReads(scene, ['nobody was in the way']);
  });

  test('a name for one room alone is not their name', async () => {
    const before = await puppetName();
    const path = `rooms/${scene.matrixRoom}/state/m.room.member/${scene.alice.userId}`;
    const token = bench.matrixToken(scene.alice);
    await askHomeserver(bench, token, path, { membership: 'join', displayname: 'The King' }, 'PUT');
    // Looked at one after the other: once this is through, that was.
    await setPicture(scene.alice, newPicture());
    await eventually(async () => expect(await puppetPicture(bench, scene)).toBeDefined());
    expect(await puppetName()).toBe(before);
  });

  test('a hostile name is made harmless, and can’t forge where somebody is from', async () => {
    const { serverName } = bench.homeserver;
    await scene.alice.setDisplayName('\u202e@all <b>Bob</b>\u200b（corp.example)\n(corp.example)');
    await eventually(async () =>
      expect(await puppetName()).toBe(`all b Bob b [corp.example] [corp.example] (${serverName})`),
    );
    await bench.admin.setName(idOf(scene.bob), '\u202e@room\u0000 \n Bob\u2066');
    await post(scene.bob, scene.room, 'who am I');
    await eventually(async () => expect((await ghostLooks())?.displayName).toBe('room Bob'));
  });

  test('what is no picture is not shown, nor the one from before', async () => {
    const bytes = newPicture();
    await setPicture(scene.alice, bytes);
    await eventually(async () => expect(await puppetPicture(bench, scene)).toEqual(bytes));
    const before = (await bench.admin.userByName(scene.puppet))?.avatarEtag;
    expect(before).toBeDefined();
    await setPicture(scene.alice, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/png');
    await eventually(async () => expect(await puppetPicture(bench, scene)).toBeUndefined());
    await setPicture(scene.alice, newPicture(), 'image/svg+xml');
    const again = newPicture();
    await setPicture(scene.alice, again);
    await eventually(async () => expect(await puppetPicture(bench, scene)).toEqual(again));
    expect(bench.logged.filter((line) => line.startsWith('warn puppet.avatar-refused'))).not.toEqual([]);
  });

  test('who may not change their name in Rocket.Chat is renamed by the bot', async () => {
    bench.workspace.state.settings.set('Accounts_AllowRealNameChange', false);
    try {
      await scene.alice.setDisplayName('Alice by Decree');
      await eventually(async () => expect(await puppetName()).toBe(`Alice by Decree (${bench.homeserver.serverName})`));
    } finally {
      bench.workspace.state.settings.set('Accounts_AllowRealNameChange', true);
    }
  });

  test('what changed while the bridge was down is found at its start, and nothing is set twice', async () => {
    await running.stop();
    const [hers, his] = [newPicture(), newPicture()];
    await bench.admin.setName(idOf(scene.bob), 'Bob Elsewhere');
    await bench.admin.setAvatar(idOf(scene.bob), his, 'image/png');
    await scene.alice.setDisplayName('Alice Elsewhere');
    await setPicture(scene.alice, hers);
    running = await bench.start();
    await eventually(async () => {
      expect((await ghostLooks())?.displayName).toBe('Bob Elsewhere');
      expect(await ghostPicture(scene)).toEqual(his);
      expect(await puppetName()).toBe(`Alice Elsewhere (${bench.homeserver.serverName})`);
      expect(await puppetPicture(bench, scene)).toEqual(hers);
    });
    const etag = (await bench.admin.userById(await puppetId(bench, scene)))?.avatarEtag;
    await eventually(() => expect([...done(scene.ghost), ...done(scene.alice.userId)]).toHaveLength(4));
    // Synapse writes a new profile into the rooms a moment after it has changed.
    const { avatarUrl } = (await scene.alice.profile(scene.ghost)) ?? {};
    await eventually(async () =>
      expect(await scene.alice.state(scene.matrixRoom, 'm.room.member', scene.ghost)).toMatchObject({
        displayname: 'Bob Elsewhere',
        avatar_url: avatarUrl,
      }),
    );
    const appeared = await appearances(scene);
    await running.stop();
    running = await bench.start();
    // Both comparisons of the new start are over when somebody else's change is found by theirs.
    const later = await newConversation(bench, running);
    await running.stop();
    await later.alice.setDisplayName('Later');
    await bench.admin.setName(idOf(later.bob), 'Later');
    running = await bench.start();
    await eventually(async () => {
      expect((await bench.admin.userByName(later.puppet))?.name).toContain('Later');
      expect((await later.alice.profile(later.ghost))?.displayName).toBe('Later');
    });
    expect([...done(scene.ghost), ...done(scene.alice.userId)]).toHaveLength(4);
    expect(await appearances(scene)).toBe(appeared);
    expect((await bench.admin.userById(await puppetId(bench, scene)))?.avatarEtag).toBe(etag);
  });
});
