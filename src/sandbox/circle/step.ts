import type { Circle } from './circle.ts';

/*
 * How to add a step
 *
 * Write it with `step({…})` in the file of its group and put it into the table of all.ts, in its place: the
 * steps are played one after the other and build on what those before have made. `play` is what people do by
 * requests to their own workspace, or what a command asks of a bridge, and then waits (`circle.until`) for
 * what the people of the other workspace see. It throws unless that is right, and answers in one line what
 * is seen.
 */

/** One thing that people of two workspaces do with each other. */
export interface Step {
  /** Short and lower case. */
  readonly name: string;
  /** @returns the detail */
  play(circle: Circle): Promise<string>;
}

/** A step as it went. */
export interface StepResult {
  readonly step: string;
  readonly ok: boolean;
  /** What is seen, or why that is not as it should be. */
  readonly detail: string;
}

export async function playStep({ name, play }: Step, circle: Circle): Promise<StepResult> {
  try {
    return { step: name, ok: true, detail: await play(circle) };
  } catch (error) {
    return { step: name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
