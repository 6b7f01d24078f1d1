import { aliceEdits } from './edits.ts';
import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import { alicePosts, bobPosts, expectBytesInWorkspace, expectBytesOnMatrix } from './file-content.ts';
import { picture } from './sample-media.ts';
import { shownContent } from './matrix-reader.ts';
import { aliceReacts } from './reactions.ts';
import { bothSaid } from './replies.ts';
import type { Scene } from './scene.ts';
import { inThread } from './threads.ts';

/** A reply of bob's in the thread of alice's message, and one of alice's in that of bob's, on both sides. */
async function bothReplied(scene: Scene) {
  const roots = await bothSaid(scene);
  const [fromAlice, fromBob] = [`alice replied ${scene.mark}`, `bob replied ${scene.mark}`];
  const relation = { 'm.relates_to': inThread(roots.bobsEvent) };
  const [alicesEvent, bobsMessage] = await Promise.all([
    scene.aliceSays({ msgtype: 'm.text', body: fromAlice, ...relation }),
    scene.bobSays(fromBob, { threadId: roots.alicesMessage }),
  ]);
  const [{ id: alicesMessage }, { id: bobsEvent }] = await scene.until(() =>
    Promise.all([scene.workspace.saying(fromAlice), scene.matrix.saying(fromBob)]),
  );
  return { roots, alicesEvent, alicesMessage, bobsEvent, bobsMessage };
}

const editToMatrix = feature({
  feature: 'edit in a thread',
  direction: 'to Matrix',
  says: 'The reply reads as edited and stays in its thread.',
  prepare: bothReplied,
  async change({ bob, place, mark }, { bobsMessage, roots }) {
    await bob.updateMessage(place.id, bobsMessage, `bob replied better ${mark}`);
    return roots.alicesEvent;
  },
  async shown({ matrix, mark }, root) {
    const event = await matrix.saying(`bob replied ${mark}`);
    expectLike(event.content['m.relates_to'], inThread(root), 'the relation');
    expectLike(shownContent(event), { body: `bob replied better ${mark}` }, 'the edit');
    return `“${String(shownContent(event)['body'])}” in the thread of ${root}`;
  },
});

const editToWorkspace = feature({
  feature: 'edit in a thread',
  direction: 'to Rocket.Chat',
  says: 'The reply reads as edited and stays in its thread.',
  prepare: bothReplied,
  async change(scene, { alicesEvent, roots }) {
    await aliceEdits(scene, alicesEvent, `alice replied better ${scene.mark}`);
    return roots.bobsMessage;
  },
  async shown({ workspace, mark, puppet }, root) {
    const message = await workspace.saying(`alice replied better ${mark}`);
    expectLike(message.raw, { tmid: root, editedBy: { username: puppet } }, 'the message');
    return `“${message.text}” in the thread of ${root}`;
  },
});

const reactionToMatrix = feature({
  feature: 'reaction in a thread',
  direction: 'to Matrix',
  says: 'A reply in a thread is reacted to like any message.',
  prepare: bothReplied,
  async change({ bob }, { alicesMessage, alicesEvent }) {
    await bob.react(alicesMessage, ':rocket:', true);
    return alicesEvent;
  },
  async shown({ matrix, ghost }, reply) {
    expectLike(await matrix.reactions(reply), [`${ghost} 🚀`], 'the reactions');
    return `${ghost} 🚀 to a reply`;
  },
});

const reactionToWorkspace = feature({
  feature: 'reaction in a thread',
  direction: 'to Rocket.Chat',
  says: 'A reply in a thread is reacted to like any message.',
  prepare: bothReplied,
  async change(scene, { bobsEvent, bobsMessage }) {
    await aliceReacts(scene, bobsEvent, '🚀');
    return bobsMessage;
  },
  async shown({ workspace, puppet }, reply) {
    expectLike(await workspace.reactions(reply), [`${puppet} :rocket:`], 'the reactions');
    return `${puppet} :rocket: to a reply`;
  },
});

const drawing = (mark: string) => ({
  fileName: `drawing ${mark}.png`,
  contentType: 'image/png',
  bytes: picture(20, 10),
});

const fileToMatrix = feature({
  feature: 'file in a thread',
  direction: 'to Matrix',
  says: 'A file is in the thread of the same message.',
  prepare: bothSaid,
  async change(scene, { alicesMessage, alicesEvent }) {
    await bobPosts(scene, drawing(scene.mark), { threadId: alicesMessage });
    return alicesEvent;
  },
  async shown({ matrix, mark, alice }, root) {
    const event = await matrix.saying(`drawing ${mark}`);
    expectLike(event.content, { msgtype: 'm.image', 'm.relates_to': inThread(root) }, 'the message');
    await expectBytesOnMatrix(alice, event, drawing(mark));
    return `${String(event.content['filename'])} in the thread of ${root}`;
  },
});

const fileToWorkspace = feature({
  feature: 'file in a thread',
  direction: 'to Rocket.Chat',
  says: 'A file is in the thread of the same message.',
  prepare: bothSaid,
  async change(scene, { bobsEvent, bobsMessage }) {
    await alicePosts(scene, drawing(scene.mark), { msgtype: 'm.image', 'm.relates_to': inThread(bobsEvent) });
    return bobsMessage;
  },
  async shown({ workspace, mark, puppet, bob }, root) {
    const message = await workspace.saying(`drawing ${mark}`);
    expectLike(message, { author: puppet, raw: { tmid: root } }, 'the message');
    await expectBytesInWorkspace(bob, message, drawing(mark));
    return `${String(message.fileName)} in the thread of ${root}`;
  },
});

export const insideThreadRows: readonly Feature[] = [
  editToMatrix,
  editToWorkspace,
  reactionToMatrix,
  reactionToWorkspace,
  fileToMatrix,
  fileToWorkspace,
];
