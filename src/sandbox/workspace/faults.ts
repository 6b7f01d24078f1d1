import { meteorId } from './meteor.ts';

export type FaultAction =
  /** The request acts, then its socket is destroyed instead of the answer. */
  | 'drop-answer'
  /** Half of the answer comes, then its socket is destroyed. */
  | 'break-off'
  /** The socket is destroyed before anything happens. */
  | 'cut'
  /** Answered late; the request acts after the wait. */
  | 'delay'
  /** Acts at once, answers `delayMs` later. */
  | 'late-answer'
  /** Answered `status` (default 503) with an empty body, without acting. */
  | 'status'
  /** Answered 429 as the limiter would, `X-RateLimit-Reset` in `delayMs`. */
  | 'too-many-requests'
  /** A proxy's 502 page in HTML. */
  | 'html';

export interface FaultRule {
  /** Unset: any. */
  readonly method?: string;
  /** Regular expression over the path with its query, `chat\\.sendMessage`. */
  readonly path: string;
  readonly action: FaultAction;
  /** Matching requests it hits before it is spent; unset: for ever. */
  readonly times?: number;
  /** Chance for each matching request, 0 to 1; unset: 1. */
  readonly probability?: number;
  readonly delayMs?: number;
  readonly status?: number;
  /** Only requests made with this user id. */
  readonly userId?: string;
}

/** How realtime treats message events. Counted over all message events of the workspace. */
export interface DeliveryFaults {
  /** Every nth message event is delivered twice; 0: none. */
  doubleEvery: number;
  /** Every nth message event is delivered `lateMs` late; 0: none. */
  lateEvery: number;
  lateMs: number;
  /** Every nth message event is not delivered at all; 0: none. */
  loseEvery: number;
  /** Granularity of `_updatedAt`, ms: above 1, several writers share a value. */
  updatedAtStepMs: number;
}

export interface Faults {
  readonly delivery: DeliveryFaults;
  /** @returns the rule's id. */
  add(rule: FaultRule): string;
  remove(id: string): boolean;
  list(): { id: string; rule: FaultRule; hits: number }[];
  /** Removes all rules and restores delivery. */
  clear(): void;
  /** The first live rule for a request, counted as hit. */
  take(method: string, path: string, userId: string | undefined): FaultRule | undefined;
}

const GOOD_DELIVERY: Readonly<DeliveryFaults> = {
  doubleEvery: 0,
  lateEvery: 0,
  lateMs: 500,
  loseEvery: 0,
  updatedAtStepMs: 1,
};

/** @param random gives numbers from 0 to 1 for rules with a probability. */
export function createFaults(random: () => number = randomFraction): Faults {
  const rules = new Map<string, { rule: FaultRule; pattern: RegExp; hits: number }>();
  const delivery = { ...GOOD_DELIVERY };
  return {
    delivery,
    add(rule) {
      const id = meteorId();
      rules.set(id, { rule, pattern: new RegExp(rule.path), hits: 0 });
      return id;
    },
    remove: (id) => rules.delete(id),
    list: () => [...rules].map(([id, { rule, hits }]) => ({ id, rule, hits })),
    clear() {
      rules.clear();
      Object.assign(delivery, GOOD_DELIVERY);
    },
    take(method, path, userId) {
      for (const entry of rules.values()) {
        const { rule } = entry;
        if (rule.times !== undefined && entry.hits >= rule.times) continue;
        if (rule.method !== undefined && rule.method !== method) continue;
        if (rule.userId !== undefined && rule.userId !== userId) continue;
        if (!entry.pattern.test(path)) continue;
        if (rule.probability !== undefined && random() >= rule.probability) continue;
        entry.hits += 1;
        return rule;
      }
      return undefined;
    },
  };
}

function randomFraction(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}
