import type { EventId } from '../../lib/core/ids.ts';
import { expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';
import type { Scene } from './scene.ts';

/** As clients write polls today: MSC3381 by its unstable names. */
const TYPE = 'org.matrix.msc3381.poll';
const text = (words: string) => ({ 'org.matrix.msc1767.text': words });
const to = (poll: EventId) => ({ 'm.relates_to': { rel_type: 'm.reference', event_id: poll } });

const alicePolls = (scene: Scene): Promise<EventId> =>
  scene.aliceSays(
    {
      ...text(`Lunch ${scene.mark}? Pizza, sushi`),
      [`${TYPE}.start`]: {
        kind: `${TYPE}.disclosed`,
        max_selections: 1,
        question: text(`Lunch ${scene.mark}?`),
        answers: [
          { id: 'pizza', ...text('Pizza') },
          { id: 'sushi', ...text('Sushi') },
        ],
      },
    },
    `${TYPE}.start`,
  );
const aliceVotes = (scene: Scene, poll: EventId, answer: string): Promise<EventId> =>
  scene.aliceSays({ ...to(poll), [`${TYPE}.response`]: { answers: [answer] } }, `${TYPE}.response`);
const aliceEnds = (scene: Scene, poll: EventId): Promise<EventId> =>
  scene.aliceSays({ ...to(poll), ...text('The poll is over'), [`${TYPE}.end`]: {} }, `${TYPE}.end`);

async function seen(scene: Scene, pizza: string, sushi: string, end: string): Promise<string> {
  const { author, text: shown } = await scene.workspace.saying(scene.mark);
  expectLike(author, scene.puppet, 'the author');
  expectLike(shown, `📊 *Lunch ${scene.mark}?*\n1. ${pizza}\n2. ${sushi}\n_${end}_`, 'the text');
  return shown;
}

const OPEN = ['Pizza', 'Sushi', 'Poll on Matrix; no votes so far'] as const;

async function shownPoll(scene: Scene): Promise<EventId> {
  const poll = await alicePolls(scene);
  await scene.until(() => seen(scene, ...OPEN));
  return poll;
}

const asked = feature({
  feature: 'poll',
  direction: 'to Rocket.Chat',
  says: 'A poll is a message with its question and its answers; edits and deletions follow.',
  limits: 'Votes are cast on Matrix alone.',
  prepare: nothing,
  change: (scene) => alicePolls(scene),
  shown: (scene) => seen(scene, ...OPEN),
});

const counted = feature({
  feature: 'votes in a poll',
  direction: 'to Rocket.Chat',
  says: 'The message shows how many votes each answer has, as they change and are taken back.',
  limits: 'Shown every few seconds at most; votes of a secret poll when it ends.',
  prepare: shownPoll,
  async change(scene, poll) {
    await aliceVotes(scene, poll, 'pizza');
    await aliceVotes(scene, poll, 'sushi');
  },
  shown: (scene) => seen(scene, 'Pizza: 0 votes', 'Sushi: 1 vote', 'Poll on Matrix; 1 voter so far'),
});

const ended = feature({
  feature: 'end of a poll',
  direction: 'to Rocket.Chat',
  says: 'The message shows the final result; votes from after the end do not count.',
  limits: 'Of a poll from before the link only the words of its end.',
  prepare: shownPoll,
  async change(scene, poll) {
    await aliceVotes(scene, poll, 'pizza');
    await aliceEnds(scene, poll);
    // By the homeserver's clock a vote of the same millisecond is still in time.
    await scene.clock.sleep(20);
    await aliceVotes(scene, poll, 'sushi');
  },
  shown: (scene) => seen(scene, '*Pizza: 1 vote*', 'Sushi: 0 votes', 'Final result of the poll on Matrix, 1 voter'),
});

export const pollRows: readonly Feature[] = [asked, counted, ended];
