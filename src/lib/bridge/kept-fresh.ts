import type { Clock } from '../core/clock.ts';

/** So long what a server is asked for now and then may have changed unnoticed. */
const FRESH_MS = 60_000;

interface Kept<T> {
  readonly read: () => Promise<T>;
  readonly clock: Clock;
  /** It could not be read again: what was known goes on serving. */
  readonly onUnread?: (error: unknown) => void;
}

/**
 * Something that a server says and seldom changes: read when it is first wanted, once for all who want it at
 * a time, and again after a minute. What was known last serves while it can't be read again; before anything
 * was known the answer rejects with what `read` threw.
 */
export function keptFresh<T>({ read, clock, onUnread }: Kept<T>): () => Promise<T> {
  let known: { readonly value: T } | undefined;
  let readAt = 0;
  let reading: Promise<T> | undefined;
  const readAgain = async (): Promise<T> => {
    try {
      known = { value: await read() };
    } catch (error) {
      if (known === undefined) throw error;
      onUnread?.(error);
    }
    readAt = clock.now();
    return known.value;
  };
  return async () => {
    if (known !== undefined && clock.now() - readAt < FRESH_MS) return known.value;
    reading ??= readAgain().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}
