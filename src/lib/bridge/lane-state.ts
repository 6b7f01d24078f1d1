import type { Side } from '../core/remote-error.ts';
import type { Lease } from '../store/settlement-types.ts';
import { Doubt, Settling } from './settling.ts';

/** What is kept in memory of a lane while it has work, or may have. */
export interface LaneState {
  running: boolean;
  wanted: boolean;
  lease: Lease | undefined;
  leaseUntil: number;
  readonly doubt: Doubt;
  readonly settling: Settling;
  /** A row could not be read before something that is being settled. */
  waitsForSettling: boolean;
  /** By the side that a row came from: the server that its last try lacked, which may be that same side's. */
  readonly lacked: Map<Side, Side>;
  failuresInARow: number;
  notBefore: number;
}

export const newLane = (): LaneState => ({
  running: false,
  wanted: false,
  lease: undefined,
  leaseUntil: 0,
  doubt: new Doubt(),
  settling: new Settling(),
  waitsForSettling: false,
  lacked: new Map(),
  failuresInARow: 0,
  notBefore: 0,
});
