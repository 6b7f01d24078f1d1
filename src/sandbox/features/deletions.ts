import { feature, type Feature } from './feature.ts';
import type { Scene } from './scene.ts';

const said = {
  /** Bob has said something that alice sees. */
  async byBob(scene: Scene) {
    const id = await scene.bobSays(`secret ${scene.mark}`);
    const { id: eventId } = await scene.until(() => scene.matrix.saying(scene.mark));
    return { id, eventId };
  },
  async byAlice(scene: Scene) {
    const eventId = await scene.aliceSays(`secret ${scene.mark}`);
    const { id } = await scene.until(() => scene.workspace.saying(scene.mark));
    return { id, eventId };
  },
};

const toMatrix = feature({
  feature: 'delete',
  direction: 'to Matrix',
  says: "The message is redacted by its author's ghost.",
  limits: 'Where Rocket.Chat shows that something was deleted, Matrix shows it too.',
  where: ['channel', 'group', 'direct'],
  prepare: said.byBob,
  async change({ bob, place }, { id, eventId }) {
    await bob.deleteMessage(place.id, id);
    return eventId;
  },
  async shown({ matrix }, eventId) {
    await matrix.gone(eventId);
    return 'the message is redacted';
  },
});

const toWorkspace = feature({
  feature: 'delete',
  direction: 'to Rocket.Chat',
  says: "The message is deleted by its author's account; a redaction that comes before its message too.",
  limits: 'Where Rocket.Chat keeps history or shows deletions, its settings decide what is left.',
  where: ['channel', 'group', 'direct'],
  prepare: said.byAlice,
  async change({ alice, place, transactionId }, { id, eventId }) {
    await alice.redact(place.matrixId, eventId, transactionId());
    return id;
  },
  async shown({ workspace }, id) {
    await workspace.gone(id);
    return 'the message is deleted';
  },
});

const byModeratorToMatrix = feature({
  feature: 'delete by a moderator',
  direction: 'to Matrix',
  says: 'What a moderator deletes of somebody from Matrix is redacted by the bot.',
  limits: 'The bot needs the power to redact, as it has in rooms that it made.',
  prepare: said.byAlice,
  async change({ bob, place }, { id, eventId }) {
    await bob.deleteMessage(place.id, id);
    return eventId;
  },
  async shown({ matrix }, eventId) {
    await matrix.gone(eventId);
    return "the owner of the room deletes alice's message, and it is redacted";
  },
});

const byModeratorToWorkspace = feature({
  feature: 'delete by a moderator',
  direction: 'to Rocket.Chat',
  says: "What a moderator redacts of somebody else's is deleted by the bot.",
  limits: '',
  prepare: said.byBob,
  async change({ alice, place, transactionId }, { id, eventId }) {
    await alice.redact(place.matrixId, eventId, transactionId());
    return id;
  },
  async shown({ workspace }, id) {
    await workspace.gone(id);
    return "a moderator on Matrix redacts bob's message, and it is deleted";
  },
});

export const deletionRows: readonly Feature[] = [toMatrix, toWorkspace, byModeratorToMatrix, byModeratorToWorkspace];
