import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import type { Scene } from './scene.ts';

/** A message of alice's that both sides have, and one of bob's. */
export async function bothSaid(scene: Scene) {
  const [fromAlice, fromBob] = [`alice said ${scene.mark}`, `bob said ${scene.mark}`];
  const [alicesEvent, bobsMessage] = await Promise.all([scene.aliceSays(fromAlice), scene.bobSays(fromBob)]);
  const [{ id: alicesMessage }, { id: bobsEvent }] = await scene.until(() =>
    Promise.all([scene.workspace.saying(fromAlice), scene.matrix.saying(fromBob)]),
  );
  return { alicesEvent, alicesMessage, bobsEvent, bobsMessage };
}

const PATHS = { c: 'channel', p: 'group', d: 'direct' } as const;

/** As Rocket.Chat's clients quote: the address of a message, unseen. */
const quoteOf = ({ place, workspaceUrl }: Scene, id: string): string =>
  `${workspaceUrl}/${PATHS[place.type]}/${place.type === 'd' ? place.id : place.name}?msg=${id}`;

export const replyTo = (id: string): Readonly<Record<string, unknown>> => ({ 'm.in_reply_to': { event_id: id } });

const toMatrix = feature({
  feature: 'quote and reply',
  direction: 'to Matrix',
  says: 'A quote is a reply (`m.in_reply_to`) that mentions whom it quotes; a quote of what Matrix does not have is a blockquote with a link.',
  limits: 'Of several quotes the first is the reply and the others are blockquotes.',
  where: ['channel', 'group', 'direct'],
  prepare: bothSaid,
  async change(scene, { alicesEvent, alicesMessage }) {
    await scene.bobSays(`[ ](${quoteOf(scene, alicesMessage)}) I agree ${scene.mark}`);
    return alicesEvent;
  },
  async shown({ matrix, mark, ghost, alice }, alicesEvent) {
    const event = await matrix.saying(`I agree ${mark}`);
    expectLike(event.sender, ghost, 'the sender');
    expectLike(
      event.content,
      {
        body: `I agree ${mark}`,
        formatted_body: undefined,
        'm.relates_to': replyTo(alicesEvent),
        'm.mentions': { user_ids: [alice.userId] },
      },
      'content',
    );
    return `“${String(event.content['body'])}” in reply to ${alicesEvent}, and ${alice.userId} is mentioned`;
  },
});

const toWorkspace = feature({
  feature: 'quote and reply',
  direction: 'to Rocket.Chat',
  says: 'A reply quotes its message by a link, which Rocket.Chat shows as a quote; a reply to what is unknown here has it as quoted text.',
  limits: '',
  where: ['channel', 'group', 'direct'],
  prepare: bothSaid,
  async change(scene, { bobsEvent, bobsMessage }) {
    await scene.aliceSays({ msgtype: 'm.text', body: `I agree ${scene.mark}`, 'm.relates_to': replyTo(bobsEvent) });
    return bobsMessage;
  },
  async shown(scene, bobsMessage) {
    const message = await scene.workspace.saying(`I agree ${scene.mark}`);
    const link = quoteOf(scene, bobsMessage);
    expectLike(message, { author: scene.puppet, text: `[ ](${link})\nI agree ${scene.mark}` }, 'the message');
    expectLike(message.raw['attachments'], [{ text: `bob said ${scene.mark}`, message_link: link }], 'the quotes');
    return `“I agree ${scene.mark}” under a quote of “bob said ${scene.mark}”`;
  },
});

export const replyRows: readonly Feature[] = [toMatrix, toWorkspace];
