import { RemoteError } from '../../core/remote-error.ts';
import { isWordLane } from '../../store/lane-names.ts';
import type { InboxRow, Lane } from '../../store/inbox-types.ts';
import type { Breaker } from '../breaker.ts';
import { classify } from '../failures.ts';
import { LANE_OWNER } from '../lanes.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import type { BridgeService } from '../service/views.ts';
import { answerTo } from './answer.ts';
import { recordMissedWords } from './missed.ts';

const LEASE_MS = 300_000;
/** So often what the stream missed is looked for, and at once when it begins. */
const LOOK_MS = 30_000;
const TICK_MS = 1_000;
const RETRY_MS = 5_000;

interface WordsOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly breaker: Breaker;
  /** Whether what is written is heard at once. */
  readonly isListening: () => boolean;
  readonly signal: AbortSignal;
}

/** Works off what people write to the bridge itself: one after the other in each room, each once. */
export interface Words {
  /** From now on there is a service to ask. */
  serve(service: BridgeService): void;
  wake(lane: Lane): void;
  /** Until the signal aborts. */
  run(): Promise<void>;
  /** Resolves when nothing is under way; after the signal aborted. */
  ended(): Promise<void>;
}

export function createWords({ parts, portals, breaker, isListening, signal }: WordsOptions): Words {
  const running = new Map<Lane, Promise<void>>();
  const again = new Set<Lane>();
  let service: BridgeService | undefined;

  /** Answers after how long to come again, ms; undefined: when there is something new. */
  const runLane = async (lane: Lane): Promise<number | undefined> => {
    for (;;) {
      const row = await parts.store.inbox.head(lane, 'workspace');
      if (row === undefined || service === undefined || signal.aborted || breaker.isOpen) return undefined;
      const outcome = await tryWord(parts, portals, service, row);
      if (outcome === undefined) return RETRY_MS;
      await settle(parts, row, outcome);
    }
  };
  const wake = (lane: Lane): void => {
    if (signal.aborted || service === undefined) return;
    if (running.has(lane)) return void again.add(lane);
    const run = runLane(lane)
      .catch((error: unknown) => {
        parts.log('error', 'word.failed', { lane, reason: (error as Error).message });
        return RETRY_MS;
      })
      .then((delay) => {
        running.delete(lane);
        if (again.delete(lane)) return wake(lane);
        if (delay === undefined) return;
        parts.clock.sleep(delay, signal).then(
          () => wake(lane),
          () => {},
        );
      });
    running.set(lane, run);
  };
  const wakeAll = async (): Promise<void> => {
    for (const lane of await parts.store.inbox.pendingLanes()) if (isWordLane(lane)) wake(lane);
  };
  const look = async (): Promise<void> => {
    try {
      await recordMissedWords(parts, portals);
      await wakeAll();
    } catch (error) {
      const verdict = classify(error, { asPerson: false });
      if (verdict.about === 'side' && verdict.side === 'workspace') breaker.open(verdict.reason, verdict.retryAfterMs);
      else parts.log('warn', 'words.not-read', { reason: (error as Error).message });
    }
  };
  return {
    serve(given) {
      service = given;
      void wakeAll().catch(() => {});
    },
    wake,
    async run() {
      let lookAt = 0;
      let listened = false;
      while (!signal.aborted) {
        const listens = isListening();
        const isDue = parts.clock.now() >= lookAt || (listens && !listened);
        listened = listens;
        if (isDue && !breaker.isOpen) {
          lookAt = parts.clock.now() + LOOK_MS;
          await look();
        }
        await parts.clock.sleep(TICK_MS, signal).catch(() => {});
      }
    },
    async ended() {
      await Promise.all(running.values());
    },
  };
}

/** undefined: the workspace does not work; it stays where it is. */
async function tryWord(
  parts: BridgeParts,
  portals: PortalIndex,
  service: BridgeService,
  row: InboxRow,
): Promise<string | undefined> {
  try {
    return await answerTo(parts, portals, service, row);
  } catch (error) {
    if (classify(error, { asPerson: false }).about === 'side') return undefined;
    if (!(error instanceof RemoteError)) throw error;
    // Where the bot may not write nobody can be answered.
    parts.log('warn', 'notice.failed', { ref: row.ref, reason: error.message });
    return 'not answered';
  }
}

async function settle({ store, log }: BridgeParts, row: InboxRow, outcome: string): Promise<void> {
  const lease = await store.leases.acquire(`lane:${row.lane}`, LANE_OWNER, LEASE_MS);
  if (lease === undefined) throw new Error('another process works off this lane');
  await store.inbox.settle({ inboxId: row.id, lease, outcome });
  log('info', 'row.settled', { side: row.side, ref: row.ref, type: row.type, outcome });
}
