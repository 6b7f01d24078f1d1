import type { Progress, Step } from '../lib/output/progress.ts';
import type { ProvisionStep } from '../lib/provision/apply.ts';

/** Runs what is to be done, and says what was, where something stops it. */
export async function runProvisionSteps(
  steps: readonly ProvisionStep[],
  progress: Progress,
  say: (text: string) => void,
): Promise<void> {
  const done: string[] = [];
  const noted = ({ title, run }: ProvisionStep): Step => ({
    title,
    async run(note) {
      await run(note);
      done.push(title);
    },
  });
  try {
    // The workspace may ask its admin for a second factor here: nobody could read that in the middle of a list.
    for (const { title, run } of steps.filter(isOfAdmin).map(noted)) await progress.wait(title, () => run(() => {}));
    await progress.steps(steps.filter((step) => !isOfAdmin(step)).map(noted));
  } catch (error) {
    if (done.length > 0) say(`Done before it stopped, and the next run goes on from there:\n  ${done.join('\n  ')}`);
    throw error;
  }
}

/** It is the first one, and the others are done as the account that it makes. */
const isOfAdmin = ({ id }: ProvisionStep): boolean => id === 'workspace-bot';
