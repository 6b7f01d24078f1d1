import { type CheckContext, subjectOf } from '../context.ts';
import { ProbeError, type WebAnswer, type WebRequest } from '../probe/probe.ts';
import { delegationOf } from './delegation.ts';

type Question = Pick<WebRequest, 'path' | 'method' | 'body' | 'headers' | 'limit' | 'patienceMs'>;

export interface Answered {
  readonly address: string;
  /** undefined: there was none, see `problem`. */
  readonly answer: WebAnswer | undefined;
  readonly problem: string | undefined;
}

/** The answer of each address that the name leads to, asked as another server would: unsigned, with the right Host. */
export function answersOf(context: CheckContext, question: Question): Promise<readonly Answered[]> {
  const { name } = subjectOf(context);
  const { method = 'GET', path } = question;
  return context.once(`answers:${name}:${method} ${path}`, async () => {
    const { addresses, port, certifiedHost: host, hostHeader } = await delegationOf(context);
    return await Promise.all(
      addresses.map(async ({ address }): Promise<Answered> => {
        try {
          const answer = await context.probe.ask({ ...question, address, port, host, hostHeader });
          return { address, answer, problem: undefined };
        } catch (error) {
          if (!(error instanceof ProbeError)) throw error;
          return { address, answer: undefined, problem: error.message };
        }
      }),
    );
  });
}

/** The first address that answers. */
export async function firstAnswer(context: CheckContext, question: Question): Promise<Answered> {
  const answers = await answersOf(context, question);
  const first = answers.find(({ answer }) => answer !== undefined) ?? answers[0];
  return first ?? { address: '', answer: undefined, problem: 'there is no address to ask' };
}

/** The JSON object of an answer; undefined: it is none. */
export function objectOf(answer: Pick<WebAnswer, 'body'> | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(answer?.body ?? '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    return undefined;
  } catch {
    return undefined;
  }
}

/** An answer in few words: `404, a web page`. */
export function inShort(answer: WebAnswer): string {
  const code = objectOf(answer)?.['errcode'];
  if (typeof code === 'string') return `${answer.status} ${code}`;
  if (/^\s*</.test(answer.body)) return `${answer.status}, a web page`;
  return String(answer.status);
}
