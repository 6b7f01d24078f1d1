import { instant, type Person, type Sighting } from '../src/sandbox/people/person.ts';

/** One way through one bridge: what is said here is seen there. */
export interface Lane {
  /** For the reader at the other end. */
  sighted(sighting: Sighting): void;
  /** Sends so many, a few at a time, and waits for all: messages a second. */
  burst(count: number): Promise<number>;
  /** Sends one and waits for it: milliseconds from the acknowledged send to its being seen. */
  single(): Promise<number>;
}

/** More at once would measure the servers; fewer would leave the bridge waiting. */
const AT_ONCE = 8;
const GIVE_UP_MS = 120_000;
const TEXT = 'The quick brown fox jumps over the lazy dog and back again.';

export function createLane(speaker: () => Person): Lane {
  const waiting = new Map<number, (at: number) => void>();
  let last = 0;
  const send = async (): Promise<{ acknowledgedAt: number; seen: Promise<number> }> => {
    const number = (last += 1);
    const { promise: seen, resolve } = Promise.withResolvers<number>();
    waiting.set(number, resolve);
    await speaker().say(`(${number}) ${TEXT}`);
    return { acknowledgedAt: instant(), seen };
  };
  return {
    sighted(sighting) {
      if (sighting.kind !== 'message') return;
      const number = Number(/^\((\d+)\) /.exec(sighting.text)?.[1]);
      waiting.get(number)?.(sighting.at);
      waiting.delete(number);
    },
    async burst(count) {
      const from = instant();
      const arrivals: Promise<number>[] = [];
      let left = count;
      const worker = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          arrivals.push((await send()).seen);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      const until = Math.max(...(await patiently(Promise.all(arrivals), count)));
      return count / ((until - from) / 1000);
    },
    async single() {
      const { acknowledgedAt, seen } = await send();
      return Math.max(0, (await patiently(seen, 1)) - acknowledgedAt);
    },
  };
}

/** A message that never comes ends the bench instead of holding it up. */
async function patiently<Value>(awaited: Promise<Value>, count: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${count} messages did not all arrive`)), GIVE_UP_MS + count * 50);
  });
  return Promise.race([awaited, tooLate]).finally(() => clearTimeout(timer));
}
