import { escapeHtml } from '../../format/rendered.ts';
import type { EventId, MatrixUserId } from '../../core/ids.ts';
import type { PollEntry } from '../../store/ledger-types.ts';
import type { MatrixText } from '../events.ts';
import type { Poll } from './content-poll.ts';

/** A poll as it stands. */
export interface PollState {
  readonly pollId: EventId;
  /** Who asks. */
  readonly sender: MatrixUserId;
  readonly poll: Poll;
  /** `origin_server_ts` of its end, ms; undefined: it goes on. */
  readonly endedAt: number | undefined;
  /** By answer id. */
  readonly votes: ReadonlyMap<string, number>;
  /** People whose vote counts. */
  readonly voters: number;
}

/**
 * Counts as MSC3381 has it: of each person only the newest vote, even if it is invalid (no answer, or one that
 * the poll doesn't have); the first so many answers that one may choose; nothing from after the first end.
 *
 * @param entries by `ts`, then event id. undefined: the poll itself is not among them.
 */
export function countPoll(entries: readonly PollEntry[]): PollState | undefined {
  const start = entries.find(({ kind }) => kind === 'start');
  if (start === undefined) return undefined;
  const definition = entries.findLast(({ kind }) => kind === 'edit') ?? start;
  const poll = JSON.parse(definition.content) as Poll;
  const endedAt = entries.find(({ kind }) => kind === 'end')?.ts;
  const newest = new Map<MatrixUserId, readonly string[]>();
  for (const { kind, sender, ts, content } of entries) {
    if (kind !== 'vote' || ts > (endedAt ?? ts)) continue;
    newest.set(sender, validAnswers(poll, JSON.parse(content) as string[]));
  }
  const votes = new Map(poll.answers.map(({ id }) => [id, 0]));
  let voters = 0;
  for (const chosen of newest.values()) {
    if (chosen.length > 0) voters += 1;
    for (const id of chosen) votes.set(id, (votes.get(id) ?? 0) + 1);
  }
  return { pollId: start.pollId, sender: start.sender, poll, endedAt, votes, voters };
}

function validAnswers({ answers, mostChoices }: Poll, chosen: readonly string[]): readonly string[] {
  const known = new Set(answers.map(({ id }) => id));
  return chosen.every((id) => known.has(id)) ? chosen.slice(0, mostChoices) : [];
}

/** The poll as a message: what is asked, the answers with their votes, and how it stands. */
export function pollText(state: PollState): MatrixText {
  const { poll, endedAt, votes, voters } = state;
  const isShown = endedAt !== undefined || (poll.disclosed && voters > 0);
  const most = Math.max(1, ...votes.values());
  const question = oneLine(poll.question);
  const answers = poll.answers.map(({ id, text }) => {
    const count = votes.get(id) ?? 0;
    const line = isShown ? `${oneLine(text)}: ${many(count, 'vote')}` : oneLine(text);
    return { line, isFirst: isShown && endedAt !== undefined && count === most };
  });
  const end = standing(state);
  const items = answers.map(({ line, isFirst }) => {
    const html = escapeHtml(line);
    return `<li>${isFirst ? `<strong>${html}</strong>` : html}</li>`;
  });
  return {
    msgtype: 'm.text',
    body: [`📊 ${question}`, ...answers.map(({ line }, index) => `${index + 1}. ${line}`), end].join('\n'),
    format: 'org.matrix.custom.html',
    formatted_body: `<p>📊 <strong>${escapeHtml(question)}</strong></p><ol>${items.join('')}</ol><p><em>${escapeHtml(end)}</em></p>`,
    mentionsRoom: false,
  };
}

function standing({ poll, endedAt, voters }: PollState): string {
  if (endedAt !== undefined) return `Final result of the poll on Matrix, ${many(voters, 'voter')}`;
  const choose = poll.mostChoices > 1 ? `, up to ${poll.mostChoices} answers each` : '';
  if (!poll.disclosed) return `Poll on Matrix${choose}; its result is shown when it ends`;
  return `Poll on Matrix${choose}; ${voters === 0 ? 'no votes' : many(voters, 'voter')} so far`;
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
