import type { EventId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { Bench } from './bridge-bench.ts';
import { bobReads, type Scene } from './bridge-scene.ts';

export const START = 'org.matrix.msc3381.poll.start';
export const VOTE = 'org.matrix.msc3381.poll.response';
export const END = 'org.matrix.msc3381.poll.end';

export const answerOf = (text: string) => ({ id: text.toLowerCase(), 'org.matrix.msc1767.text': text });

export const pollOf = (question: string, answers: readonly string[], more: Record<string, unknown> = {}) => ({
  'org.matrix.msc1767.text': question,
  [START]: {
    kind: 'org.matrix.msc3381.poll.disclosed',
    max_selections: 1,
    question: { 'org.matrix.msc1767.text': question },
    answers: answers.map(answerOf),
    ...more,
  },
});
export const voteFor = (poll: EventId, ...answers: string[]) => ({
  'm.relates_to': { rel_type: 'm.reference', event_id: poll },
  [VOTE]: { answers },
});
export const endOf = (poll: EventId) => ({
  'm.relates_to': { rel_type: 'm.reference', event_id: poll },
  'org.matrix.msc1767.text': 'The poll has ended.',
  [END]: {},
});

let sent = 0;

/** An event of a poll, by alice if nobody else is named. */
export function tell(
  { alice, matrixRoom }: Scene,
  type: string,
  content: Record<string, unknown>,
  who: MatrixApi = alice,
): Promise<EventId> {
  sent += 1;
  return who.sendEvent(matrixRoom, type, `poll-${process.pid}-${sent}`, content);
}

export const askForLunch = (scene: Scene, more: Record<string, unknown> = {}): Promise<EventId> =>
  tell(scene, START, pollOf('Lunch?', ['Pizza', 'Sushi'], more));

/** Somebody else in the room. */
export async function joined(bench: Bench, scene: Scene, name: string): Promise<MatrixApi> {
  const somebody = await bench.matrixUser(`${name}-${scene.room.name}`);
  await somebody.join(scene.matrixRoom);
  return somebody;
}

/** bob sees one message, of these lines; votes are shown from time to time. */
export const reads = (scene: Scene, ...lines: string[]): Promise<void> => bobReads(scene, [lines.join('\n')]);

/** What {@link askForLunch} comes to: before any vote, and then. */
export const OPEN = ['📊 *Lunch?*', '1. Pizza', '2. Sushi', '_Poll on Matrix; no votes so far_'];
export const standing = (pizza: string, sushi: string, end: string): string[] => [
  '📊 *Lunch?*',
  `1. ${pizza}`,
  `2. ${sushi}`,
  `_${end}_`,
];
export const soFar = (pizza: string, sushi: string, who: string): string[] =>
  standing(`Pizza: ${pizza}`, `Sushi: ${sushi}`, `Poll on Matrix; ${who} so far`);
