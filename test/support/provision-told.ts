import type { CommandRun } from './run-command.ts';
import { expectSchema } from './schema.ts';

interface Told {
  readonly data: {
    readonly steps: readonly { readonly id: string; readonly title: string; readonly needed: boolean }[];
    readonly left: readonly { readonly id: string; readonly title: string }[];
    readonly found: readonly string[];
    readonly forced: readonly { readonly compose: string; readonly helm: string }[];
    readonly explained: readonly string[];
    readonly next: readonly string[];
    readonly pingMs: number | null;
  };
}

/** The data that `federation provision` answered; it is as its schema says. */
export const told = (run: CommandRun): Told['data'] => {
  expectSchema(run.json());
  return run.json<Told>().data;
};

/** What it would change of the workspace. */
export const toDo = (run: CommandRun): string[] =>
  told(run).steps.flatMap(({ title, needed, id }) => (needed && id.includes(':') ? [title] : []));
