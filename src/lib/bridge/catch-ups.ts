import type { Side } from '../core/remote-error.ts';
import type { Portal, PortalId } from '../store/portal-types.ts';
import type { Breakers } from './breakers.ts';
import { fillGaps } from './direct/gaps.ts';
import { partsIn } from './direct/hands.ts';
import { classify } from './failures.ts';
import type { BridgeParts } from './parts.ts';
import type { PortalIndex } from './portal-index.ts';
import { SerialByKey } from './serial.ts';
import { catchUp } from './workspace/catch-up.ts';

const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** So many portals are read at the same time. */
const CONCURRENCY = 8;

interface CatchUpsOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly breakers: Breakers;
  readonly signal: AbortSignal;
  readonly wake: (lane: string) => void;
  /** Nothing of the portal is missing on that side any more. */
  readonly onCaughtUp: (portal: Portal) => void;
  /** Makes sure of those by whom a direct message is read, too. Never rejects. */
  readonly distrustHands: (portal: Portal) => Promise<void>;
}

/**
 * Knows of each portal whether it has been caught up on both sides since the last break, and keeps its
 * rows waiting until then: rows of a side are applied only in the order in which they happened, and that
 * is known only once everything from before is recorded.
 */
export class CatchUps {
  readonly #options: CatchUpsOptions;
  readonly #done: Readonly<Record<Side, Set<PortalId>>> = { workspace: new Set(), homeserver: new Set() };
  /** Portals whose deletions from before this process are known: only then may anything be created there. */
  readonly #everCaughtUp = new Set<PortalId>();
  readonly #serial = new SerialByKey<string>();
  readonly #slots = new Slots(CONCURRENCY);
  #epoch = { workspace: 0, homeserver: 0 };
  /** The same of a single portal's workspace side: a direct message has a stream of its own. */
  readonly #ownEpochs = new Map<PortalId, number>();
  readonly #retrying = new Set<string>();
  readonly #problems = new Map<string, string>();

  constructor(options: CatchUpsOptions) {
    this.#options = options;
  }

  mayGo(portal: Portal, from: Side): boolean {
    return this.#done[from].has(portal.id) && this.#everCaughtUp.has(portal.id);
  }

  /** Why a portal's catch-up does not succeed, by portal id and side. */
  problem(portal: Portal, side: Side): string | undefined {
    return this.#problems.get(`${side}:${portal.id}`);
  }

  /** From now on that side's events may be missing: its rows wait. */
  lost(side: Side): void {
    this.#epoch[side] += 1;
    this.#done[side].clear();
  }

  /** The same for what one portal hears from the workspace. */
  lostOne(portal: Portal): void {
    this.#ownEpochs.set(portal.id, (this.#ownEpochs.get(portal.id) ?? 0) + 1);
    this.#done.workspace.delete(portal.id);
  }

  #epochOf(side: Side, portal: Portal): string {
    return `${this.#epoch[side]}.${side === 'workspace' ? (this.#ownEpochs.get(portal.id) ?? 0) : 0}`;
  }

  /** Catches all portals up on that side, side by side; resolves when each was tried once. */
  async all(side: Side): Promise<void> {
    await Promise.all(this.#options.portals.all().map((portal) => this.one(side, portal)));
  }

  /** Answers how many events were missing; a failure is tried again by itself until it succeeds. */
  async one(side: Side, portal: Portal): Promise<number> {
    return this.#serial.run(`${side}:${portal.id}`, () => this.#slots.run(() => this.#try(side, portal, RETRY_MS)));
  }

  async #try(side: Side, portal: Portal, retryMs: number): Promise<number> {
    const { parts, portals, breakers, signal, wake } = this.#options;
    // One that is only being opened is caught up on when it is open: from when on is not settled before.
    if (signal.aborted || portals.ofLane(portal.lane)?.state !== 'active') return 0;
    const epoch = this.#epochOf(side, portal);
    const wasLost = !this.#done[side].has(portal.id);
    if (side === 'homeserver') this.#done.homeserver.delete(portal.id);
    try {
      const here = await partsIn(parts, portal);
      const missing =
        side === 'workspace' ? await catchUp(here, portals, portal, wake) : await fillGaps(here, portals, portal, wake);
      if (epoch === this.#epochOf(side, portal)) {
        this.#done[side].add(portal.id);
        if (side === 'workspace') this.#everCaughtUp.add(portal.id);
      }
      this.#problems.delete(`${side}:${portal.id}`);
      wake(portal.lane);
      if (wasLost || side === 'homeserver') this.#options.onCaughtUp(portal);
      return missing;
    } catch (error) {
      if (signal.aborted) return 0;
      const verdict = classify(error, { asPerson: portal.direct !== undefined });
      if (verdict.about === 'person') await this.#options.distrustHands(portal);
      if (verdict.about === 'side') breakers[verdict.side].open(verdict.reason, verdict.retryAfterMs);
      const reason = (error as Error).message;
      this.#problems.set(`${side}:${portal.id}`, reason);
      parts.log('warn', 'catch-up.failed', { side, portal: portal.name, reason });
      void this.#again(side, portal, retryMs, epoch);
      return 0;
    }
  }

  async #again(side: Side, portal: Portal, retryMs: number, epoch: string): Promise<void> {
    const { parts, signal } = this.#options;
    // One that already waits is enough, however many have failed since.
    const key = `${side}:${portal.id}:${epoch}`;
    if (this.#retrying.has(key)) return;
    this.#retrying.add(key);
    await parts.clock.sleep(retryMs, signal).catch(() => {});
    this.#retrying.delete(key);
    // A newer break brings its own catch-up.
    if (signal.aborted || epoch !== this.#epochOf(side, portal) || this.#done[side].has(portal.id)) return;
    const next = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    await this.#serial.run(`${side}:${portal.id}`, () => this.#slots.run(() => this.#try(side, portal, next)));
  }
}

/** At most so many tasks at a time, in the order in which they came. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
