import type { Clock } from '../../core/clock.ts';

interface LatestOptions<Value> {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Of one key. */
  readonly everyMs: number;
  /** So many keys at one moment; a value of one more is dropped. */
  readonly limit: number;
  readonly act: (value: Value) => Promise<void>;
  /** `act` rejected: nobody tries again, the next value may do better. */
  readonly failed: (error: unknown) => void;
}

/**
 * Acts on the first value of a key at once, and then on the latest one at most every so often: of what is of the
 * moment only the last counts, and it must not be the one that is left out.
 */
export function createLatest<Value>(options: LatestOptions<Value>): (key: string, value: Value) => void {
  const busy = new Map<string, { next: { readonly value: Value } | undefined }>();
  const run = async (key: string, first: Value): Promise<void> => {
    const state: { next: { readonly value: Value } | undefined } = { next: { value: first } };
    busy.set(key, state);
    while (state.next !== undefined && !options.signal.aborted) {
      const { value } = state.next;
      state.next = undefined;
      await options.act(value).catch(options.failed);
      await options.clock.sleep(options.everyMs, options.signal).catch(() => {});
    }
    busy.delete(key);
  };
  return (key, value) => {
    const state = busy.get(key);
    if (state !== undefined) state.next = { value };
    else if (busy.size < options.limit) void run(key, value);
  };
}
