import type { EventId } from '../../lib/core/ids.ts';
import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import { bothSaid, replyTo } from './replies.ts';

/** What a message in a thread carries that answers nobody in it. */
export const inThread = (root: EventId): Readonly<Record<string, unknown>> => ({
  rel_type: 'm.thread',
  event_id: root,
  is_falling_back: true,
  ...replyTo(root),
});

const toMatrix = feature({
  feature: 'thread',
  direction: 'to Matrix',
  says: 'A reply in a thread is in the thread (`m.thread`) of the same message, whosever that is.',
  limits: '',
  where: ['channel', 'group', 'direct'],
  prepare: bothSaid,
  async change(scene, { alicesEvent, alicesMessage }) {
    await scene.bobSays(`in the thread ${scene.mark}`, { threadId: alicesMessage });
    return alicesEvent;
  },
  async shown({ matrix, mark, ghost }, root) {
    const event = await matrix.saying(`in the thread ${mark}`);
    expectLike(event, { sender: ghost, content: { 'm.relates_to': inThread(root) } }, 'the message');
    return `“${String(event.content['body'])}” in the thread of ${root}`;
  },
});

const alsoInRoom = feature({
  feature: 'thread reply also in the room',
  direction: 'to Matrix',
  says: 'What is sent to a thread and also to its channel (`tshow`) is in the thread, once.',
  limits: 'Matrix has no such thing: it is not in the room outside of the thread.',
  prepare: bothSaid,
  async change(scene, { bobsEvent, bobsMessage }) {
    await scene.bobSays(`for all ${scene.mark}`, { threadId: bobsMessage, showInChannel: true });
    return bobsEvent;
  },
  async shown({ matrix, mark }, root) {
    const event = await matrix.saying(`for all ${mark}`);
    expectLike(event.content['m.relates_to'], inThread(root), 'the relation');
    return `“${String(event.content['body'])}” in the thread of ${root}, once`;
  },
});

const toWorkspace = feature({
  feature: 'thread',
  direction: 'to Rocket.Chat',
  says: 'A message in a thread is in the thread (`tmid`) of the same message; an answer in it quotes besides.',
  limits: 'A file in a thread is not shown in the room as well.',
  where: ['channel', 'group', 'direct'],
  prepare: bothSaid,
  async change(scene, { bobsEvent, bobsMessage }) {
    const relation = { 'm.relates_to': inThread(bobsEvent) };
    await scene.aliceSays({ msgtype: 'm.text', body: `in the thread ${scene.mark}`, ...relation });
    return bobsMessage;
  },
  async shown({ workspace, mark, puppet }, root) {
    const message = await workspace.saying(`in the thread ${mark}`);
    expectLike(message, { author: puppet, text: `in the thread ${mark}`, raw: { tmid: root } }, 'the message');
    return `“${message.text}” in the thread of ${root}`;
  },
});

export const threadRows: readonly Feature[] = [toMatrix, alsoInRoom, toWorkspace];
