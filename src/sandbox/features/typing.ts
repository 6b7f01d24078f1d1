import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import type { Live } from './live.ts';
import type { Place } from './scene.ts';

const TYPING_MS = 30_000;
/** Rocket.Chat lets nobody say it more than a few times in ten seconds. */
const AGAIN_AFTER_MS = 3_000;

const toMatrix = feature({
  feature: 'typing',
  direction: 'to Matrix',
  says: 'Somebody who types is seen typing, until they stop.',
  limits: 'Only of people who have spoken in the room before; in alias mode of nobody.',
  lasting: false,
  // The bridge may be about to subscribe to it: clients say it every few seconds anyway.
  async prepare({ bob, place, live, ghost, until }) {
    const { username } = await bob.me();
    await until(async () => {
      await bob.setTyping(place.id, username, false);
      await bob.setTyping(place.id, username, true);
      await until(async () => expectLike(typesOnMatrix(live, place, ghost), true, 'whether bob types'), AGAIN_AFTER_MS);
    });
    return username;
  },
  async change({ bob, place }, username) {
    await bob.setTyping(place.id, username, false);
  },
  async shown({ live, place, ghost }) {
    expectLike(typesOnMatrix(live, place, ghost), false, 'whether bob types');
    return `${ghost} was seen typing, and then no more`;
  },
});

const typesOnMatrix = (live: Live, { matrixId }: Place, who: string): boolean => {
  const last = live.onMatrix.findLast(({ type, roomId }) => type === 'm.typing' && roomId === matrixId);
  return ((last?.content['user_ids'] ?? []) as readonly string[]).includes(who);
};

const toWorkspace = feature({
  feature: 'typing',
  direction: 'to Rocket.Chat',
  says: 'Somebody who types is seen typing, until they stop; it is said again before Rocket.Chat forgets it.',
  limits: 'Only of people who have spoken in the room before; in alias mode of nobody.',
  lasting: false,
  async prepare({ alice, place, live, puppet, until }) {
    await until(async () => {
      await alice.setTyping(place.matrixId, false, 0);
      await alice.setTyping(place.matrixId, true, TYPING_MS);
      await until(
        async () => expectLike(typesInWorkspace(live, place, puppet), true, 'whether alice types'),
        AGAIN_AFTER_MS,
      );
    });
  },
  async change({ alice, place }) {
    await alice.setTyping(place.matrixId, false, 0);
  },
  async shown({ live, place, puppet }) {
    expectLike(typesInWorkspace(live, place, puppet), false, 'whether alice types');
    return `${puppet} was seen typing, and then no more`;
  },
});

function typesInWorkspace(live: Live, { id }: Place, who: string): boolean {
  const news = live.inWorkspace.filter((each) => each.kind === 'typing');
  return news.findLast(({ roomId, username }) => roomId === id && username === who)?.typing === true;
}

export const typingRows: readonly Feature[] = [toMatrix, toWorkspace];
