import type { Scene } from './scene.ts';
import type { EventId } from '../../lib/core/ids.ts';
import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import { shownContent } from './matrix-reader.ts';

/** Replaces the text of one's own message, as clients do. */
export function aliceEdits(scene: Scene, target: EventId, body: string): Promise<EventId> {
  const content = { msgtype: 'm.text', body };
  return scene.aliceSays({
    ...content,
    body: `* ${body}`,
    'm.new_content': content,
    'm.relates_to': { rel_type: 'm.replace', event_id: target },
  });
}

const toMatrix = feature({
  feature: 'edit',
  direction: 'to Matrix',
  says: 'The message reads as edited (`m.replace`), after several quick edits as the last one.',
  limits: "A moderator's edit of a message from Matrix is told in a notice: nobody may edit another's message there.",
  where: ['channel', 'group', 'direct'],
  async prepare(scene) {
    const id = await scene.bobSays(`wrong ${scene.mark}`);
    const { id: eventId } = await scene.until(() => scene.matrix.saying(scene.mark));
    return { id, eventId };
  },
  async change({ bob, place, mark }, { id, eventId }) {
    for (const text of ['wrong too', 'nearly', '*right*']) await bob.updateMessage(place.id, id, `${text} ${mark}`);
    return eventId;
  },
  async shown({ matrix, mark, ghost }, eventId) {
    const event = await matrix.saying(mark);
    expectLike(event, { id: eventId, sender: ghost, content: { body: `wrong ${mark}` } }, 'the message');
    const now = shownContent(event);
    expectLike(now, { msgtype: 'm.text', formatted_body: `<strong>right</strong> ${mark}` }, 'the edit');
    return `“wrong …” reads “${String(now['formatted_body'])}”, edited by ${event.sender}`;
  },
});

const toWorkspace = feature({
  feature: 'edit',
  direction: 'to Rocket.Chat',
  says: "The message reads as edited, by its author's account; an edit of an unknown message is a new one that says so.",
  limits: '',
  where: ['channel', 'group', 'direct'],
  async prepare(scene) {
    const eventId = await scene.aliceSays(`wrong ${scene.mark}`);
    const { id } = await scene.until(() => scene.workspace.saying(scene.mark));
    return { id, eventId };
  },
  async change(scene, { id, eventId }) {
    for (const text of ['wrong too', 'nearly', 'right']) await aliceEdits(scene, eventId, `${text} ${scene.mark}`);
    return id;
  },
  async shown({ workspace, mark, puppet }, id) {
    const message = await workspace.saying(mark);
    expectLike(message, { id, author: puppet, text: `right ${mark}` }, 'the message');
    expectLike(message.raw, { editedBy: { username: puppet } }, 'the message');
    return `“wrong …” reads “${message.text}”, edited by ${message.author}`;
  },
});

export const editRows: readonly Feature[] = [toMatrix, toWorkspace];
