import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Executor, Transact } from './schema.ts';

/** So that one slow disk write never keeps hundreds waiting for those behind them. */
const GROUP = 64;
/**
 * A commit stops the process for about a millisecond. One that follows another at once waits this long (ms)
 * for company: under load several messages share it; one alone is written without delay.
 */
const BREATH_MS = 5;

interface Task {
  readonly work: (on: Executor) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

const savepoint = sql`savepoint task`;
const release = sql`release task`;
const rollback = sql`rollback to task`;

/**
 * Transactions for SQLite, which writes to the disk at each commit and stops the process meanwhile.
 * What is asked for in one turn of the event loop, or soon after a commit, is committed together, each part in a savepoint of
 * its own: all of it or nothing of it, and answered only when the commit is on the disk. A part that
 * fails takes nothing with it; a failed commit (a full disk) fails every part.
 */
export function groupCommit(database: Executor): Transact {
  const queue: Task[] = [];
  let running = false;
  let committedAt = Number.NEGATIVE_INFINITY;
  const drain = async (): Promise<void> => {
    running = true;
    while (queue.length > 0) {
      const rest = committedAt + BREATH_MS - performance.now();
      await (rest > 0 && queue.length < GROUP ? pause(rest) : nextTurn());
      await commitTogether(database, queue.splice(0, GROUP));
      committedAt = performance.now();
    }
    running = false;
  };
  return <T>(work: (on: Executor) => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      queue.push({ work, resolve: resolve as Task['resolve'], reject });
      if (!running) void drain();
    });
}

/** Never rejects: every task hears of its own fate. */
async function commitTogether(database: Executor, tasks: readonly Task[]): Promise<void> {
  try {
    const answers = await database.transaction().execute(async (on) => {
      const answered: (() => void)[] = [];
      for (const task of tasks) answered.push(tasks.length === 1 ? await alone(on, task) : await inSavepoint(on, task));
      return answered;
    });
    for (const answer of answers) answer();
  } catch (error) {
    for (const { reject } of tasks) reject(error);
  }
}

async function alone(on: Executor, { work, resolve }: Task): Promise<() => void> {
  const value = await work(on);
  return () => resolve(value);
}

async function inSavepoint(on: Executor, { work, resolve, reject }: Task): Promise<() => void> {
  await savepoint.execute(on);
  try {
    const value = await work(on);
    await release.execute(on);
    return () => resolve(value);
  } catch (error) {
    try {
      await rollback.execute(on);
      await release.execute(on);
    } catch {
      // SQLite gave up the whole transaction, as it does when the disk is full.
      throw error;
    }
    return () => reject(error);
  }
}
