import { RcfedError } from '../../lib/core/errors.ts';
import { type HomeserverName, homeserverOf } from '../demo/stage.ts';
import type { DemoOptions } from '../demo/story.ts';
import { steps } from './all.ts';
import { buildCircle, type Circle } from './circle.ts';
import { playStep, type StepResult } from './step.ts';

export interface CircleResult {
  /** In the order in which they were played. */
  readonly steps: readonly StepResult[];
  /** The north's and the south's. */
  readonly homeservers: readonly (HomeserverName & { readonly serverName: string })[];
}

/** Plays every step once, between two workspaces that are there for nothing else. */
export async function playCircle(options: DemoOptions): Promise<CircleResult> {
  const title = 'Starting two workspaces, two homeservers and two bridges';
  const circle = await options.wait(title, () => buildCircle(options));
  try {
    const homeservers = await homeserversOf(circle, options);
    for (const { serverName, name, version } of homeservers)
      options.narrate(
        `Behind ${serverName} are a Rocket.Chat workspace, a bridge and a homeserver, ${name} ${version}.`,
      );
    const results: StepResult[] = [];
    for (const step of steps) {
      const result = await options.wait(step.name, () => playStep(step, circle));
      options.signal.throwIfAborted();
      options.narrate(`${result.ok ? 'ok' : 'not ok'}: ${result.step}: ${result.detail}`);
      results.push(result);
    }
    return { steps: results, homeservers };
  } finally {
    await circle.stop();
  }
}

function homeserversOf({ north, south }: Circle, options: DemoOptions): Promise<CircleResult['homeservers']> {
  const both = [north, south].map(async (side) => ({
    serverName: side.serverName,
    ...(await homeserverOf(side, options)),
  }));
  return Promise.all(both);
}

/** undefined: every step went as it should. */
export function problemWithCircle({ steps: results }: CircleResult): RcfedError | undefined {
  const wrong = results.filter(({ ok }) => !ok);
  if (wrong.length === 0) return undefined;
  return new RcfedError('RCFED_SANDBOX_CIRCLE', `Not as it should be: ${wrong.length} of ${results.length} steps`, {
    why: wrong.map(({ step, detail }) => `${step}: ${detail}`).join('\n'),
  });
}
