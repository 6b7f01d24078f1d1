import type { EventId } from '../../core/ids.ts';
import { extensibleText } from './extensible-text.ts';
import { type Fields, fieldsOf, listOf, numberWithin, textOf } from './fields.ts';

/** https://spec.matrix.org/v1.17/ has no polls yet: MSC3381, by its unstable and its stable names. */
export interface Poll {
  readonly question: string;
  /** In their order, at least one, with ids that differ. */
  readonly answers: readonly { readonly id: string; readonly text: string }[];
  /** How many answers one may choose. */
  readonly mostChoices: number;
  /** Whether the votes are shown before the end. */
  readonly disclosed: boolean;
}

/** MSC3381: what comes after them is not shown by any client. */
const MOST_ANSWERS = 20;
const DEFINITIONS = ['m.poll', 'm.poll.start', 'org.matrix.msc3381.poll.start'];

/** undefined: no question or no answer that could be shown. */
export function readPollStart(content: Fields): Poll | undefined {
  const poll = fieldsOf(DEFINITIONS.map((name) => content[name]).find((found) => found !== undefined));
  const question = labelOf(fieldsOf(poll['question']));
  const answers: { id: string; text: string }[] = [];
  for (const one of listOf(poll['answers']).slice(0, MOST_ANSWERS)) {
    const fields = fieldsOf(one);
    const id = textOf(fields['m.id']) ?? textOf(fields['id']);
    const text = labelOf(fields);
    if (id !== undefined && text !== undefined && answers.every((other) => other.id !== id)) answers.push({ id, text });
  }
  if (question === undefined || answers.length === 0) return undefined;
  return {
    question,
    answers,
    mostChoices: Math.min(numberWithin(poll['max_selections'], 1, MOST_ANSWERS) ?? 1, answers.length),
    disclosed: ['m.disclosed', 'm.poll.disclosed', 'org.matrix.msc3381.poll.disclosed'].includes(
      textOf(poll['kind']) ?? '',
    ),
  };
}

function labelOf(fields: Fields): string | undefined {
  const text = (extensibleText(fields) ?? textOf(fields['body']))?.trim();
  return text === '' ? undefined : text;
}

/** Which answers count is for the poll to say: unknown ids and too many of them are still in here. */
export function readPollResponse(
  content: Fields,
): { readonly kind: 'poll.response'; readonly pollId: EventId; readonly answerIds: readonly string[] } | undefined {
  const pollId = pollOf(content);
  if (pollId === undefined) return undefined;
  const nested = fieldsOf(content['org.matrix.msc3381.poll.response'] ?? content['m.poll.response']);
  const chosen = listOf(content['m.selections'] ?? nested['answers']).slice(0, MOST_ANSWERS);
  const answerIds = [...new Set(chosen.filter((id) => typeof id === 'string'))];
  return { kind: 'poll.response', pollId, answerIds };
}

/** The poll that a response or an end refers to. */
export function pollOf(content: Fields): EventId | undefined {
  const { rel_type: type, event_id: id } = fieldsOf(content['m.relates_to']);
  return type === 'm.reference' && typeof id === 'string' && id.startsWith('$') ? (id as EventId) : undefined;
}
