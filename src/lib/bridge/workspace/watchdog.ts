import type { Breaker } from '../breaker.ts';
import type { CatchUps } from '../catch-ups.ts';
import { classify } from '../failures.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';

const WATCH_MS = 30_000;
/** Rooms are asked for since a little before the last time: writes take effect some moments after their stamp. */
const OVERLAP_MS = 90_000;

interface WatchdogOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly catchUps: CatchUps;
  readonly breaker: Breaker;
  readonly reconnect: (reason: string) => void;
  readonly everyMs: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * A connection can live and be deaf. Every 30 s REST tells which rooms changed; those are caught up, and
 * when that finds what the stream did not bring twice in a row, the session is made anew.
 */
export async function watchWorkspace(options: WatchdogOptions): Promise<void> {
  const { parts, breaker, reconnect, signal } = options;
  let lastAsked: number | undefined;
  let deaf = 0;
  while (!signal.aborted) {
    await parts.clock.sleep(options.everyMs ?? WATCH_MS, signal).catch(() => {});
    if (signal.aborted || breaker.isOpen) continue;
    try {
      // The workspace's own clock: ours may be minutes off.
      const { serverTime } = await parts.workspace.info();
      const missed = await catchUpChanged(options, (lastAsked ?? serverTime) - OVERLAP_MS);
      lastAsked = serverTime;
      deaf = missed > 0 ? deaf + 1 : 0;
    } catch (error) {
      const verdict = classify(error, { asPerson: false });
      if (verdict.about === 'side') breaker.open(verdict.reason, verdict.retryAfterMs);
      continue;
    }
    if (deaf < 2) continue;
    deaf = 0;
    reconnect('messages came by REST that realtime did not bring');
  }
}

async function catchUpChanged({ parts, portals, catchUps }: WatchdogOptions, since: number): Promise<number> {
  const { updated } = await parts.workspace.changedRooms(since);
  let missed = 0;
  for (const room of updated) {
    const portal = portals.ofWorkspaceRoom(room.id);
    if (portal !== undefined && portal.state === 'active') missed += await catchUps.one('workspace', portal);
  }
  return missed;
}
