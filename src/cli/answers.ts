import { RcfedError } from '../lib/core/errors.ts';
import type { Prompts } from '../lib/output/prompts.ts';

/** One thing a command must know: from its flag, or from the person at the terminal. */
export interface Question<Answer> {
  /** What a script passes instead of answering, as it would be typed: `--workspace-url URL`. */
  readonly flag: string;
  /** The answer that flags, environment or profile already gave. */
  readonly given: Answer | undefined;
  readonly ask: (prompts: Prompts) => Promise<Answer>;
}

type Questions = Readonly<Record<string, Question<unknown>>>;
export type Answers<Asked extends Questions> = {
  -readonly [Key in keyof Asked]: Asked[Key] extends Question<infer Answer> ? Answer : never;
};

/**
 * Asks what is not given yet, in order.
 * @throws RcfedError RCFED_ANSWER_MISSING without a terminal, naming every missing flag at once, so
 * that a script's author needs one run and not five.
 */
export const gatherAnswers = async <Asked extends Questions>(
  questions: Asked,
  asking: { readonly interactive: boolean; readonly prompts: Prompts },
): Promise<Answers<Asked>> => {
  const missing = Object.values(questions).filter(({ given }) => given === undefined);
  if (missing.length > 0 && !asking.interactive) throw missingAnswers(missing.map(({ flag }) => flag));
  const answers: Record<string, unknown> = {};
  for (const [key, question] of Object.entries(questions))
    answers[key] = question.given ?? (await question.ask(asking.prompts));
  return answers as Answers<Asked>;
};

/** The error for answers that nobody is there to give. */
export const missingAnswers = (flags: readonly string[]): RcfedError =>
  new RcfedError(
    'RCFED_ANSWER_MISSING',
    `${flags.length === 1 ? 'An answer is' : 'Answers are'} missing: ${flags.join(', ')}`,
    {
      why: 'There is no terminal to ask at, or --no-input or CI is set.',
    },
  );
