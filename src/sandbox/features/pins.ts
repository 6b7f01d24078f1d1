import type { EventId, MessageId } from '../../lib/core/ids.ts';
import { feature, type Feature } from './feature.ts';
import { bothSaid } from './replies.ts';
import type { Scene } from './scene.ts';

/*
 * The row to Matrix plays in channels and the other in groups: a Matrix client writes all pins of a room at once,
 * and would overwrite those of a row that is played at the same moment.
 */

const pinnedOnMatrix = async ({ alice, place }: Scene): Promise<readonly string[]> => {
  const pinned = (await alice.state(place.matrixId, 'm.room.pinned_events', ''))?.['pinned'];
  return Array.isArray(pinned) ? pinned.map(String) : [];
};

const pinnedInWorkspace = async ({ bob, place }: Scene): Promise<readonly string[]> =>
  (await bob.pinnedMessages(place.id)).map((message) => String(message['_id']));

const expectPins = (pinned: readonly string[], there: string, notThere: string): string => {
  if (!pinned.includes(there)) throw new Error(`${there} is not pinned`);
  if (pinned.includes(notThere)) throw new Error(`${notThere} is still pinned`);
  return 'the one message is pinned, and the other no more';
};

const toMatrix = feature({
  feature: 'pin and unpin',
  direction: 'to Matrix',
  says: 'What is pinned in Rocket.Chat is pinned on Matrix until it is unpinned; other pins stay as they are.',
  limits: 'The bridge needs the power to change pins (50). Not of messages from before the link.',
  async prepare(scene) {
    const said = await bothSaid(scene);
    await scene.bob.pinMessage(said.bobsMessage);
    await scene.until(async () => expectPins(await pinnedOnMatrix(scene), said.bobsEvent, ''));
    return said;
  },
  async change({ bob }, { alicesEvent, alicesMessage, bobsEvent, bobsMessage }) {
    await bob.pinMessage(alicesMessage);
    await bob.unpinMessage(bobsMessage);
    return { pinned: alicesEvent, unpinned: bobsEvent };
  },
  shown: async (scene, { pinned, unpinned }) => expectPins(await pinnedOnMatrix(scene), pinned, unpinned),
});

const alicePins = async (scene: Scene, pinned: EventId, unpinned?: EventId): Promise<void> => {
  const others = (await pinnedOnMatrix(scene)).filter((id) => id !== unpinned);
  await scene.alice.sendState(scene.place.matrixId, 'm.room.pinned_events', '', { pinned: [...others, pinned] });
};

const toWorkspace = feature({
  feature: 'pin and unpin',
  direction: 'to Rocket.Chat',
  says: 'What is pinned on Matrix is pinned in Rocket.Chat until it is unpinned; other pins stay as they are.',
  limits: 'In the name of the bridge, which needs the permission pin-message. Not of messages from before the link.',
  where: ['group'],
  async prepare(scene) {
    const said = await bothSaid(scene);
    await alicePins(scene, said.alicesEvent);
    await scene.until(async () => expectPins(await pinnedInWorkspace(scene), said.alicesMessage, ''));
    return said;
  },
  async change(scene, { alicesEvent, alicesMessage, bobsEvent, bobsMessage }) {
    await alicePins(scene, bobsEvent, alicesEvent);
    return { pinned: bobsMessage, unpinned: alicesMessage } satisfies Record<string, MessageId>;
  },
  shown: async (scene, { pinned, unpinned }) => expectPins(await pinnedInWorkspace(scene), pinned, unpinned),
});

export const pinRows: readonly Feature[] = [toMatrix, toWorkspace];
