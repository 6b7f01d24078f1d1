import type { Clock } from '../core/clock.ts';
import type { OutputStream } from './streams.ts';

/** After this a wait says of its own accord that it is not usual. */
const SLOW_AFTER_MS = 10_000;

export interface Step {
  readonly title: string;
  /** `note` replaces what is said next to the title, such as "3 of 20". */
  run(note: (text: string) => void): Promise<void>;
}

/** Tells a person what long work is doing. Everything goes to stderr. */
export interface Progress {
  /** One wait of unknown length. Resolves or rejects as `run` does. */
  wait<Result>(title: string, run: () => Promise<Result>): Promise<Result>;
  /** Asks a person something in the middle of a {@link wait}: nothing moves meanwhile and hides the question. */
  asking<Answer>(ask: () => Promise<Answer>): Promise<Answer>;
  /** Several steps in order; the first that fails ends them, and its error is thrown. None of them may ask. */
  steps(steps: readonly Step[]): Promise<void>;
}

/** `live` moves the cursor, `lines` prints one line for each change, `silent` nothing. */
export type ProgressMode = 'live' | 'lines' | 'silent';

interface ProgressOptions {
  readonly stderr: OutputStream;
  readonly mode: ProgressMode;
  readonly clock: Clock;
  /** Takes known secrets out of titles and notes. */
  readonly scrub: (text: string) => string;
}

export const createProgress = ({ stderr, mode, clock, scrub }: ProgressOptions): Progress => {
  if (mode === 'live' && stderr.raw !== undefined) return liveProgress(stderr.raw, clock, scrub);
  return linesProgress(mode === 'silent' ? () => {} : (line) => stderr.write(`${scrub(line)}\n`), clock);
};

const linesProgress = (say: (line: string) => void, clock: Clock): Progress => {
  const wait = async <Result>(title: string, run: () => Promise<Result>): Promise<Result> => {
    say(`${title} …`);
    const result = await slowly(clock, run, () => say(`${title}: taking longer than usual`));
    say(`${title}: done`);
    return result;
  };
  return {
    wait,
    asking: (ask) => ask(),
    async steps(steps) {
      for (const step of steps) await wait(step.title, () => step.run((text) => say(`${step.title}: ${text}`)));
    },
  };
};

const liveProgress = (stream: NodeJS.WriteStream, clock: Clock, scrub: (text: string) => string): Progress => {
  let shown: { stop(): void; start(): void } | undefined;
  return {
    async wait(name, run) {
      const title = scrub(name);
      const { default: ora } = await import('ora');
      // That this is a terminal is known already, and not ora's to guess by the environment once more.
      const spinner = ora({ text: title, stream, discardStdin: false, isEnabled: true }).start();
      shown = spinner;
      try {
        const result = await slowly(clock, run, () => {
          spinner.text = `${title} (taking longer than usual)`;
        });
        spinner.succeed(title);
        return result;
      } catch (error) {
        spinner.fail(title);
        throw error;
      } finally {
        shown = undefined;
      }
    },
    async asking(ask) {
      const paused = shown;
      paused?.stop();
      const answer = await ask();
      paused?.start();
      return answer;
    },
    steps: (steps) => liveSteps(steps, stream, clock, scrub),
  };
};

const liveSteps = async (
  steps: readonly Step[],
  stream: NodeJS.WriteStream,
  clock: Clock,
  scrub: (text: string) => string,
): Promise<void> => {
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
  const logger = new ListrLogger({ processOutput: new ProcessOutput(stream, stream) });
  const tasks = steps.map((step) => ({
    title: scrub(step.title),
    task: (_: unknown, task: { output: string }) => {
      const note = (text: string): void => {
        task.output = scrub(text);
      };
      return slowly(
        clock,
        () => step.run(note),
        () => note('taking longer than usual'),
      );
    },
  }));
  await new Listr(tasks, { rendererOptions: { logger }, registerSignalListeners: false }).run();
};

/** Runs the work and calls `onSlow` once if it lasts longer than {@link SLOW_AFTER_MS}. */
const slowly = async <Result>(clock: Clock, run: () => Promise<Result>, onSlow: () => void): Promise<Result> => {
  const finished = new AbortController();
  clock.sleep(SLOW_AFTER_MS, finished.signal).then(onSlow, () => {});
  try {
    return await run();
  } finally {
    finished.abort(new Error('finished'));
  }
};
