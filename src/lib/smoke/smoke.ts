import { RcfedError } from '../core/errors.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { Crossing } from './cross.ts';
import { explained } from './explained.ts';
import { exchange } from './exchange.ts';
import { noticeSince } from './matrix-ear.ts';
import { findRoom, type FoundRoom } from './room.ts';
import { type SignedIn, signIn } from './sign-in.ts';
import { NOT_TRIED, type SmokeReport, type Way, type WayState } from './smoke-report.ts';
import type { SmokeParts, SmokeRequest } from './smoke-request.ts';
import { verdict } from './verdict.ts';

type Found = Omit<SmokeReport, 'startedAt' | 'durationMs'>;

/**
 * Sends a marked message each way between two ordinary accounts and says how long each took. What it finds wrong is
 * the report's `problem`.
 * @throws only the signal's reason, and what is a bug
 */
export async function runSmoke(request: SmokeRequest, parts: SmokeParts): Promise<SmokeReport> {
  const began = parts.clock.now();
  const found = await attempt(request, parts);
  return { ...found, startedAt: new Date(began).toISOString(), durationMs: parts.clock.now() - began };
}

/** The report of a run that was not begun. */
export const unableReport = (problem: RcfedError, now: number): SmokeReport => ({
  ...unable(problem),
  startedAt: new Date(now).toISOString(),
  durationMs: 0,
});

const unable = (problem: RcfedError, leftovers: readonly string[] = []): Found => ({
  state: 'unable',
  ways: NOT_TRIED,
  cleaned: leftovers.length === 0,
  warnings: leftovers,
  problem,
});

async function attempt(request: SmokeRequest, parts: SmokeParts): Promise<Found> {
  const leftovers: string[] = [];
  try {
    const accounts = await signIn(request, parts);
    const room = await findRoom(accounts, request);
    parts.signal.throwIfAborted();
    return await played(accounts, room, request, parts, leftovers);
  } catch (error) {
    if (parts.signal.aborted) throw parts.signal.reason;
    if (error instanceof RcfedError || error instanceof RemoteError) return unable(explained(error), leftovers);
    throw error;
  }
}

async function played(
  accounts: SignedIn,
  room: FoundRoom,
  request: SmokeRequest,
  parts: SmokeParts,
  leftovers: string[],
): Promise<Found> {
  const exchanged = await exchange(accounts, room, request, parts, leftovers);
  const absent = room.awaited !== undefined && !(await hasJoined(accounts, room)) ? room.awaited : undefined;
  const tookUp = room.awaited !== undefined && absent === undefined;
  const ways: readonly [Way, Way] = [
    { from: 'matrix', to: 'workspace', ...result(exchanged.toWorkspace, request.timeoutMs, tookUp) },
    { from: 'workspace', to: 'matrix', ...result(exchanged.toMatrix, request.timeoutMs, false) },
  ];
  const incomplete = ways.some(({ state }) => state !== 'arrived' && state !== 'late');
  const answer = incomplete ? await noticeSince(accounts.matrix, room.matrixRoomId, room.newest) : undefined;
  const problem = verdict(ways, { answer, absent, waitedMs: request.timeoutMs + request.graceMs });
  return {
    state: problem === undefined ? 'passed' : problem.code === 'RCFED_SMOKE_PENDING' ? 'pending' : 'failed',
    ways,
    room: {
      matrixRoomId: room.matrixRoomId,
      workspaceRoomId: exchanged.workspaceRoomId,
      made: room.made,
    },
    accounts: { workspace: accounts.username, matrix: accounts.matrix.userId },
    ...(answer !== undefined && { answer }),
    cleaned: leftovers.length === 0,
    warnings: [...exchanged.warnings, ...leftovers],
    ...(problem !== undefined && { problem }),
  };
}

async function hasJoined({ matrix }: SignedIn, { matrixRoomId, awaited }: FoundRoom): Promise<boolean> {
  return awaited !== undefined && (await matrix.membersAndInvited(matrixRoomId)).get(awaited) === 'join';
}

/** @param tookUp a bridge accepted the invitation into the room during this run */
function result(
  crossing: Crossing<unknown> | undefined,
  timeoutMs: number,
  tookUp: boolean,
): { readonly state: WayState; readonly latencyMs?: number } {
  if (crossing === undefined) return { state: 'not tried' };
  const { latencyMs } = crossing;
  if (latencyMs === undefined) return { state: tookUp ? 'pending' : 'missing' };
  return { state: latencyMs <= timeoutMs ? 'arrived' : 'late', latencyMs };
}
