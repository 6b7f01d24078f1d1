import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import type { Live } from './live.ts';
import type { Place } from './scene.ts';

const TYPING_MS = 30_000;

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
      expectLike(typistsOnMatrix(live, place), [ghost], 'who types');
    });
    return username;
  },
  async change({ bob, place }, username) {
    await bob.setTyping(place.id, username, false);
  },
  async shown({ live, place, ghost }) {
    expectLike(typistsOnMatrix(live, place), [], 'who types');
    return `${ghost} was seen typing, and then no more`;
  },
});

const typistsOnMatrix = (live: Live, { matrixId }: Place): unknown =>
  live.onMatrix.findLast(({ type, roomId }) => type === 'm.typing' && roomId === matrixId)?.content['user_ids'];

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
      expectLike(lastInWorkspace(live, place), { username: puppet, typing: true }, 'who types');
    });
  },
  async change({ alice, place }) {
    await alice.setTyping(place.matrixId, false, 0);
  },
  async shown({ live, place, puppet }) {
    expectLike(lastInWorkspace(live, place), { username: puppet, typing: false }, 'who types');
    return `${puppet} was seen typing, and then no more`;
  },
});

const lastInWorkspace = (live: Live, { id }: Place): unknown =>
  live.inWorkspace.findLast((news) => news.kind === 'typing' && news.roomId === id);

export const typingRows: readonly Feature[] = [toMatrix, toWorkspace];
