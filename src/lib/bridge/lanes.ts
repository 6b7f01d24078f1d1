import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Side } from '../core/remote-error.ts';
import type { InboxRow, Lane } from '../store/inbox-types.ts';
import type { Portal } from '../store/portal-types.ts';
import type { Lease } from '../store/settlement-types.ts';
import type { Store } from '../store/types.ts';
import type { Breakers } from './breakers.ts';
import { type LaneState, newLane } from './lane-state.ts';
import type { PortalIndex } from './portal-index.ts';
import type { Relay } from './relay.ts';

/** A lease outlives three HTTP deadlines: nobody takes a lane from a bridge that is only slow. */
const LEASE_MS = 120_000;
/** Of this process: one that lost the store to another bridge, as when PostgreSQL restarts, must not pass for that. */
export const LANE_OWNER = `bridge-${randomUUID()}`;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;
/** So many lanes act at the same time; others wait for a place. */
const CONCURRENCY = 64;
/** After so many rows a lane goes to the end of the queue, so that a flooded room starves no other. */
const ROWS_A_TURN = 25;

/** Whether rows from a side may be applied now in that lane: its catch-up is done. */
export type Gate = (portal: Portal, from: Side) => boolean;

interface LanesOptions {
  readonly store: Store;
  readonly relay: Relay;
  readonly breakers: Breakers;
  readonly gate: Gate;
  readonly portals: PortalIndex;
  readonly owner: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const SIDES: readonly Side[] = ['homeserver', 'workspace'];
const otherSide = (side: Side): Side => (side === 'workspace' ? 'homeserver' : 'workspace');

/**
 * Runs lanes: one row at a time within a lane, lanes side by side. Within a lane the two directions
 * are each in order; one that waits for its server does not hold up the other.
 */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #lanes = new Map<Lane, LaneState>();
  readonly #queue: Lane[] = [];
  #acting = 0;
  #stopped = false;
  /** Of all lanes: what is on its way to the disk when the bridge stops. */
  readonly #settling = new Set<Promise<void>>();
  #idle: (() => void)[] = [];

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** Something may have changed for this lane: a row, a gate, a breaker. */
  wake(lane: Lane): void {
    if (this.#stopped) return;
    const state = this.#lanes.get(lane) ?? newLane();
    this.#lanes.set(lane, state);
    state.wanted = true;
    if (state.running) return;
    state.running = true;
    this.#queue.push(lane);
    this.#fill();
  }

  async wakeAll(): Promise<void> {
    for (const lane of await this.#options.store.inbox.pendingLanes()) this.wake(lane);
  }

  /** The lane's portal is closed: once its row under way is done, its lease is free for others. */
  async forget(lane: Lane): Promise<void> {
    const state = this.#lanes.get(lane);
    while (state?.running === true) await this.#options.clock.sleep(10);
    await state?.settling.none().catch(() => {});
    if (state?.lease !== undefined) await this.#options.store.leases.release(state.lease);
    this.#lanes.delete(lane);
  }

  /** Ends after the rows under way, and gives the leases back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#queue.length = 0;
    if (this.#acting > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await Promise.all(this.#settling);
    for (const { lease } of this.#lanes.values()) {
      if (lease !== undefined) await this.#options.store.leases.release(lease).catch(() => {});
    }
    this.#lanes.clear();
  }

  #fill(): void {
    while (this.#acting < CONCURRENCY) {
      const lane = this.#queue.shift();
      if (lane === undefined) return;
      this.#acting += 1;
      void this.#run(lane).finally(() => {
        this.#acting -= 1;
        if (this.#acting === 0) for (const resolve of this.#idle.splice(0)) resolve();
        this.#fill();
      });
    }
  }

  async #run(lane: Lane): Promise<void> {
    const state = this.#lanes.get(lane);
    if (state === undefined) return;
    try {
      for (let rows = 0; rows < ROWS_A_TURN && state.wanted && !this.#stopped; rows += 1) {
        state.wanted = false;
        if (await this.#step(lane, state)) state.wanted = true;
      }
    } catch (error) {
      // Only the store can fail here: it is asked again, later.
      this.#options.log('error', 'lane.store', { lane, reason: (error as Error).message });
      for (const side of SIDES) state.doubt.raise(side);
      this.#postpone(lane, state);
    } finally {
      state.running = false;
      if (state.wanted && !this.#stopped && state.notBefore <= this.#options.clock.now()) this.wake(lane);
    }
  }

  /** One row of each direction that may go; true: something was settled. */
  async #step(lane: Lane, state: LaneState): Promise<boolean> {
    const portal = this.#options.portals.ofLane(lane);
    if (portal === undefined || portal.state !== 'active') return false;
    if (state.notBefore > this.#options.clock.now()) return false;
    const heads: InboxRow[] = [];
    const empty: Side[] = [];
    for (const side of SIDES) {
      if (!this.#mayGo(portal, side, state)) continue;
      const row = await this.#options.store.inbox.head(lane, side, state.settling.ids);
      if (row === undefined) empty.push(side);
      else heads.push(row);
    }
    if (heads.length === 0) return false;
    const lease = await this.#leaseOf(lane, state);
    if (lease === undefined) {
      this.#postpone(lane, state);
      return false;
    }
    for (const side of empty) state.doubt.clear(side);
    await state.settling.room();
    let settled = false;
    for (const row of heads) {
      if (!this.#stopped) settled = (await this.#apply(lane, state, { row, portal, lease })) || settled;
    }
    return settled;
  }

  #mayGo(portal: Portal, side: Side, { lacked }: LaneState): boolean {
    const { breakers, gate } = this.#options;
    const lacking = lacked.get(side);
    if (lacking !== undefined && breakers[lacking].isOpen) return false;
    return gate(portal, side) && !breakers[otherSide(side)].isOpen;
  }

  async #apply(lane: Lane, state: LaneState, head: { row: InboxRow; portal: Portal; lease: Lease }): Promise<boolean> {
    const { row, portal, lease } = head;
    if (!state.settling.isIndependent(row)) await state.settling.none();
    const applied = await this.#options.relay.apply(row, {
      lease,
      portal,
      linkedAt: this.#options.portals.linkedAt(portal),
      mayHaveActed: state.doubt.about(row.side),
      ownSendingUnsettled: state.doubt.about(otherSide(row.side)) || state.settling.ids.length > 0,
    });
    if (applied.kind === 'settled' || applied.kind === 'settling') {
      if (applied.kind === 'settling') this.#settleBehind(lane, state, row, applied.settled);
      state.doubt.pass(row.side);
      state.lacked.delete(row.side);
      state.failuresInARow = 0;
      return true;
    }
    if (applied.kind === 'later') {
      state.waitsForSettling = state.settling.ids.length > 0;
      // What it waited for may have been settled while it was looked at; then nothing else wakes the lane.
      return !state.waitsForSettling && !state.doubt.about(otherSide(row.side));
    }
    if (applied.kind === 'awaits') return false;
    if (applied.unknown) state.doubt.raise(row.side);
    if (applied.verdict.about === 'side') {
      state.lacked.set(row.side, applied.verdict.side);
      this.#options.breakers[applied.verdict.side].open(applied.verdict.reason, applied.verdict.retryAfterMs);
    }
    if (applied.verdict.about === 'lost') state.lease = undefined;
    this.#postpone(lane, state);
    return false;
  }

  #settleBehind(lane: Lane, state: LaneState, row: InboxRow, settled: Promise<void>): void {
    const ended = settled.then(
      () => {},
      () => {},
    );
    this.#settling.add(ended);
    state.settling.add(row, settled, (failed) => {
      if (!failed && !state.waitsForSettling) return;
      state.waitsForSettling = false;
      this.wake(lane);
    });
    void ended.then(() => this.#settling.delete(ended));
  }

  /** Tries the lane again after a delay that doubles with every failure in a row. */
  #postpone(lane: Lane, state: LaneState): void {
    const { clock, signal } = this.#options;
    const delay = Math.min(FIRST_DELAY_MS * 2 ** state.failuresInARow, LONGEST_DELAY_MS);
    state.failuresInARow += 1;
    state.notBefore = clock.now() + delay;
    const again = (): void => {
      state.notBefore = 0;
      this.wake(lane);
    };
    clock.sleep(delay, signal).then(again, () => {});
  }

  async #leaseOf(lane: Lane, state: LaneState): Promise<Lease | undefined> {
    const { store, owner, clock } = this.#options;
    if (state.lease !== undefined && state.leaseUntil - clock.now() > LEASE_MS / 2) return state.lease;
    const asked = clock.now();
    const lease = await store.leases.acquire(`lane:${lane}`, owner, LEASE_MS);
    if (lease === undefined || lease.token !== state.lease?.token) for (const side of SIDES) state.doubt.raise(side);
    state.lease = lease;
    state.leaseUntil = asked + LEASE_MS;
    return lease;
  }
}
