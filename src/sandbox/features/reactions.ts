import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import type { Scene } from './scene.ts';

/** Bob has said something that alice sees. */
async function said(scene: Scene) {
  const id = await scene.bobSays(`what about ${scene.mark}`);
  const { id: eventId } = await scene.until(() => scene.matrix.saying(scene.mark));
  return { id, eventId };
}

const annotation = (target: string, key: string) => ({
  'm.relates_to': { rel_type: 'm.annotation', event_id: target, key },
});

const toMatrix = feature({
  feature: 'reaction',
  direction: 'to Matrix',
  says: 'A reaction is the same emoji, from the ghost of whoever gave it.',
  limits: 'Somebody whose ghost may not be in the room on Matrix can not react there; the room is told once.',
  where: ['channel', 'group'],
  prepare: said,
  async change({ bob }, { id, eventId }) {
    await bob.react(id, ':tada:', true);
    return eventId;
  },
  async shown({ matrix, ghost }, eventId) {
    expectLike(await matrix.reactions(eventId), [`${ghost} 🎉`], 'the reactions');
    return `${ghost} reacts with 🎉`;
  },
});

const toWorkspace = feature({
  feature: 'reaction',
  direction: 'to Rocket.Chat',
  says: 'A reaction is the same emoji or the nearest that Rocket.Chat has, from the account of whoever gave it.',
  limits:
    'Words, emoji without any like them, and reactions where there are no accounts can not be shown; the room is told once.',
  where: ['channel', 'group'],
  prepare: said,
  async change({ aliceSays }, { id, eventId }) {
    await aliceSays(annotation(eventId, '👋🏽'), 'm.reaction');
    return id;
  },
  async shown({ workspace, puppet }, id) {
    const reactions = await workspace.reactions(id);
    expectLike(reactions, [/ :wave(?:_tone3)?:$/], 'the reactions');
    expectLike(reactions[0]?.split(' ')[0], puppet, 'who reacts');
    return reactions.join();
  },
});

const takenBackToMatrix = feature({
  feature: 'reaction taken back',
  direction: 'to Matrix',
  says: 'The reaction is redacted by the ghost that gave it.',
  async prepare(scene) {
    const { id, eventId } = await said(scene);
    await scene.bob.react(id, ':tada:', true);
    await scene.until(async () => expectLike(await scene.matrix.reactions(eventId), [/🎉/], 'the reactions'));
    return { id, eventId };
  },
  async change({ bob }, { id, eventId }) {
    await bob.react(id, ':tada:', false);
    return eventId;
  },
  async shown({ matrix }, eventId) {
    expectLike(await matrix.reactions(eventId), [], 'the reactions');
    return 'the reaction is gone';
  },
});

const takenBackToWorkspace = feature({
  feature: 'reaction taken back',
  direction: 'to Rocket.Chat',
  says: 'The reaction is taken back by the account that gave it.',
  limits:
    "A moderator's redaction of somebody else's reaction from Rocket.Chat changes nothing there: nobody else can take it back.",
  async prepare(scene) {
    const { id, eventId } = await said(scene);
    const reaction = await scene.aliceSays(annotation(eventId, '🎉'), 'm.reaction');
    await scene.until(async () => expectLike(await scene.workspace.reactions(id), [/:tada:/], 'the reactions'));
    return { id, reaction };
  },
  async change({ alice, place, transactionId }, { id, reaction }) {
    await alice.redact(place.matrixId, reaction, transactionId());
    return id;
  },
  async shown({ workspace }, id) {
    expectLike(await workspace.reactions(id), [], 'the reactions');
    return 'the reaction is gone';
  },
});

export const reactionRows: readonly Feature[] = [toMatrix, toWorkspace, takenBackToMatrix, takenBackToWorkspace];
