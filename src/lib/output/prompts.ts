import { RcfedError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Io } from './streams.ts';

/** Questions to the person at the terminal. Asked only where the command line said it may ask. */
export interface Prompts {
  text(message: string, initial?: string): Promise<string>;
  /** Typed characters are not shown. */
  secret(message: string): Promise<Secret>;
  confirm(message: string): Promise<boolean>;
  choose<Choice extends string>(message: string, choices: readonly Choice[]): Promise<Choice>;
}

/**
 * Prompts by inquirer on stderr, so that stdout stays the result. The package costs 40 ms, hence it
 * is loaded at the first question. Ctrl-C at a question ends the command with 130.
 */
export const inquirerPrompts = (io: Io): Prompts => {
  const ask = async <Answer>(question: Record<string, unknown>): Promise<Answer> => {
    const { createPromptModule } = await import('inquirer');
    const prompt = createPromptModule({ input: io.stdin.raw, output: io.stderr.raw });
    try {
      const answers: Record<string, unknown> = await prompt([{ ...question, name: 'answer' } as never]);
      return answers['answer'] as Answer;
    } catch (error) {
      if (error instanceof Error && error.name === 'ExitPromptError')
        throw new RcfedError('RCFED_INTERRUPTED', 'The question was left unanswered', { cause: error });
      throw error;
    }
  };
  return {
    text: (message, initial) => ask({ type: 'input', message, default: initial }),
    secret: async (message) => new Secret(await ask<string>({ type: 'password', message, mask: false })),
    confirm: (message) => ask({ type: 'confirm', message, default: false }),
    choose: (message, choices) => ask({ type: 'select', message, choices: [...choices] }),
  };
};
