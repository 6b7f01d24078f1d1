export const faultActions = [
  'delay',
  'late-answer',
  'status',
  'too-many-requests',
  'html',
  'drop-answer',
  'cut',
  'lose',
  'duplicate',
] as const;

export type FaultAction = (typeof faultActions)[number];

/**
 * Faults on demand. A rule applies to requests (`on: 'request'`, the default) or to transactions that
 * are pushed to an application service (`on: 'push'`), `times` times after `skip` matches, then it's spent.
 *
 * - `delay`: act only after `delayMs`.
 * - `late-answer`: act at once, answer after `delayMs`.
 * - `status`: answer `status` (default 500) with `errcode` before acting; 429 carries `retryAfterMs`.
 * - `too-many-requests`: the same with 429.
 * - `html`: answer 200 (or `status`) with an HTML page before acting, as a proxy or a captive portal does.
 * - `drop-answer`: act, then cut the connection.
 * - `cut`: cut the connection before acting.
 * - `lose` (push): throw the transaction away as if it had been delivered.
 * - `duplicate` (push): push the same events a second time, in another transaction.
 */
export interface FaultRule {
  readonly on?: 'request' | 'push';
  readonly method?: string;
  /** Regular expression over the path, percent-encoded as sent. For a push: over the application service's id. */
  readonly path?: string;
  readonly action: FaultAction;
  readonly status?: number;
  readonly errcode?: string;
  readonly retryAfterMs?: number;
  readonly delayMs?: number;
  /** Default 1; 0 means until it's removed. */
  readonly times?: number;
  readonly skip?: number;
}

export interface ActiveFault {
  readonly id: number;
  readonly rule: FaultRule;
  readonly matches: number;
  readonly hits: number;
}

export interface Faults {
  add(rule: FaultRule): number;
  remove(id: number): void;
  clear(): void;
  list(): readonly ActiveFault[];
  /** The first rule that applies now, counted as used. Rules under `/_sandbox/` never apply. */
  take(on: 'request' | 'push', method: string, path: string): FaultRule | undefined;
}

export function createFaults(): Faults {
  const active = new Map<number, { rule: FaultRule; pattern: RegExp; matches: number; hits: number }>();
  let lastId = 0;
  return {
    add(rule) {
      lastId += 1;
      active.set(lastId, { rule, pattern: new RegExp(rule.path ?? ''), matches: 0, hits: 0 });
      return lastId;
    },
    remove: (id) => void active.delete(id),
    clear: () => active.clear(),
    list: () => [...active].map(([id, { rule, matches, hits }]) => ({ id, rule, matches, hits })),
    take(on, method, path) {
      if (active.size === 0) return undefined;
      for (const fault of active.values()) {
        const { rule } = fault;
        const times = rule.times ?? 1;
        if ((rule.on ?? 'request') !== on || (times > 0 && fault.hits >= times)) continue;
        if ((rule.method !== undefined && rule.method !== method) || !fault.pattern.test(path)) continue;
        fault.matches += 1;
        if (fault.matches <= (rule.skip ?? 0)) continue;
        fault.hits += 1;
        return rule;
      }
      return undefined;
    },
  };
}
