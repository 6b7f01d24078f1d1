import type { EventId, MessageId } from '../../lib/core/ids.ts';
import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import { bothSaid } from './replies.ts';
import type { Scene } from './scene.ts';

export const aliceReacts = (scene: Scene, to: EventId, key: string): Promise<EventId> =>
  scene.aliceSays({ 'm.relates_to': { rel_type: 'm.annotation', event_id: to, key } }, 'm.reaction');

const seenOnMatrix = async ({ matrix }: Scene, to: EventId, expected: readonly string[]): Promise<string> => {
  const seen = await matrix.reactions(to);
  expectLike(seen, expected, 'the reactions');
  return seen.length === 0 ? 'no reaction any more' : seen.join(', ');
};

const seenInWorkspace = async ({ workspace }: Scene, to: MessageId, expected: readonly string[]): Promise<string> => {
  const seen = await workspace.reactions(to);
  expectLike(seen, expected, 'the reactions');
  return seen.length === 0 ? 'no reaction any more' : seen.join(', ');
};

const givenToMatrix = feature({
  feature: 'reaction',
  direction: 'to Matrix',
  says: 'A reaction is an annotation of the same message, in unicode.',
  limits: 'Somebody whose ghost may not be in the Matrix room can not react there; the room is told once.',
  where: ['channel', 'group', 'direct'],
  prepare: bothSaid,
  async change({ bob }, { alicesEvent, alicesMessage }) {
    await bob.react(alicesMessage, ':thumbsup:', true);
    await bob.react(alicesMessage, ':heart:', true);
    return alicesEvent;
  },
  shown: (scene, to) => seenOnMatrix(scene, to, [`${scene.ghost} ❤️`, `${scene.ghost} 👍`]),
});

const givenToWorkspace = feature({
  feature: 'reaction',
  direction: 'to Rocket.Chat',
  says: 'An annotation in unicode is a reaction of the same message, given once however often the event comes.',
  limits:
    'Words, emoji without any like them, and reactions of those without an account are not shown; the room is told once.',
  where: ['channel', 'group', 'direct'],
  prepare: bothSaid,
  async change(scene, { bobsEvent, bobsMessage }) {
    await aliceReacts(scene, bobsEvent, '👍️');
    await aliceReacts(scene, bobsEvent, '🎉');
    return bobsMessage;
  },
  shown: (scene, to) => seenInWorkspace(scene, to, [`${scene.puppet} :tada:`, `${scene.puppet} :thumbsup:`]),
});

const nearestToWorkspace = feature({
  feature: 'reaction with another emoji',
  direction: 'to Rocket.Chat',
  says: 'An emoji that Rocket.Chat has no name for is the nearest: without its skin tone, or the first that it is made of.',
  limits: 'Which emoji have a name depends on the version of Rocket.Chat.',
  prepare: bothSaid,
  async change(scene, { bobsEvent, bobsMessage }) {
    await aliceReacts(scene, bobsEvent, '👋🏽');
    return bobsMessage;
  },
  shown: (scene, to) => seenInWorkspace(scene, to, [`${scene.puppet} :wave:`]),
});

const takenBackToMatrix = feature({
  feature: 'reaction taken back',
  direction: 'to Matrix',
  says: 'The annotation is redacted; others stay.',
  prepare: async (scene) => {
    const said = await bothSaid(scene);
    await scene.bob.react(said.alicesMessage, ':thumbsup:', true);
    await scene.bob.react(said.alicesMessage, ':rocket:', true);
    await scene.until(() => seenOnMatrix(scene, said.alicesEvent, [`${scene.ghost} 👍`, `${scene.ghost} 🚀`]));
    return said;
  },
  async change({ bob }, { alicesEvent, alicesMessage }) {
    await bob.react(alicesMessage, ':thumbsup:', false);
    return alicesEvent;
  },
  shown: (scene, to) => seenOnMatrix(scene, to, [`${scene.ghost} 🚀`]),
});

const takenBackToWorkspace = feature({
  feature: 'reaction taken back',
  direction: 'to Rocket.Chat',
  says: 'The reaction is taken back; others stay.',
  limits: "A moderator's redaction of a reaction from Rocket.Chat changes nothing there: nobody else can take it back.",
  prepare: async (scene) => {
    const said = await bothSaid(scene);
    const given = await aliceReacts(scene, said.bobsEvent, '👍');
    await aliceReacts(scene, said.bobsEvent, '🚀');
    const both = [`${scene.puppet} :rocket:`, `${scene.puppet} :thumbsup:`];
    await scene.until(() => seenInWorkspace(scene, said.bobsMessage, both));
    return { given, to: said.bobsMessage };
  },
  async change({ alice, place, transactionId }, { given, to }) {
    await alice.redact(place.matrixId, given, transactionId());
    return to;
  },
  shown: (scene, to) => seenInWorkspace(scene, to, [`${scene.puppet} :rocket:`]),
});

export const reactionRows: readonly Feature[] = [
  givenToMatrix,
  givenToWorkspace,
  nearestToWorkspace,
  takenBackToMatrix,
  takenBackToWorkspace,
];
