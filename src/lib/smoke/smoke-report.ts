import type { RcfedError } from '../core/errors.ts';
import type { MatrixRoomId, MatrixUserId, WorkspaceRoomId } from '../core/ids.ts';

export type WayState =
  /** In time. */
  | 'arrived'
  /** After the timeout, within the grace. */
  | 'late'
  /** Not within the grace either; but the bridge took up the room in this run, so the message may still come. */
  | 'pending'
  | 'missing'
  /** Nothing was sent, or nothing is known of what was. */
  | 'not tried';

export const SIDE_NAMES = { matrix: 'Matrix', workspace: 'Rocket.Chat' } as const;

/** One way of a message, from one side to the other. */
export interface Way {
  readonly from: 'matrix' | 'workspace';
  readonly to: 'workspace' | 'matrix';
  readonly state: WayState;
  /** From the moment before the message is handed to one server until it is read on the other, ms. */
  readonly latencyMs?: number;
}

export interface SmokeRoom {
  readonly matrixRoomId: MatrixRoomId;
  /** Unknown until a message from Matrix has arrived in it once. */
  readonly workspaceRoomId?: WorkspaceRoomId | undefined;
  /** Made in this run: its latencies include the making of accounts and rooms. */
  readonly made: boolean;
}

/** What a run found. Plain data but for `problem`. */
export interface SmokeReport {
  /** `unable`: broken off, or not even begun, because of `problem`. */
  readonly state: 'passed' | 'pending' | 'failed' | 'unable';
  readonly ways: readonly [Way, Way];
  readonly room?: SmokeRoom;
  readonly accounts?: { readonly workspace: string; readonly matrix: MatrixUserId };
  /** What the bridge wrote into the room instead. */
  readonly answer?: string;
  /** Whether both messages and their copies are gone again. */
  readonly cleaned: boolean;
  readonly warnings: readonly string[];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Absent when all is well. Its code sets the exit code. */
  readonly problem?: RcfedError;
}

export const NOT_TRIED: readonly [Way, Way] = [
  { from: 'matrix', to: 'workspace', state: 'not tried' },
  { from: 'workspace', to: 'matrix', state: 'not tried' },
];
