import { randomUUID } from 'node:crypto';
import type { EventId } from '../../core/ids.ts';
import type { Lane } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { POLL_TALLY } from '../homeserver/relayed-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import type { LiveFeature } from './live-feature.ts';

/** Votes that come together are shown together. */
const GATHER_MS = 500;
/** A poll's message is edited no more often. */
const EVERY_MS = 4_000;
const RETRY_MS = 5_000;
const REMEMBERED = 1_000;
/** Name of the cursor that holds the lane of a poll whose newest votes are not shown yet; empty: they are. */
const CURSOR = 'poll-counted:';

export interface PollTallies extends LiveFeature {
  /** A vote is about to be settled. Resolves once it is sure to be shown, whatever happens to this process. */
  counted(portal: Portal, pollId: EventId): Promise<void>;
}

interface PollTalliesOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  /** Something was recorded for that lane. */
  readonly wake: (lane: Lane) => void;
  readonly signal: AbortSignal;
}

/**
 * Shows the result of polls as it changes, but not with every vote: from time to time a row is put into the
 * room's lane, behind the votes that it is to show, and the lane edits the message.
 */
export function createPollTallies({ parts, portals, wake, signal }: PollTalliesOptions): PollTallies {
  const { store, clock, log } = parts;
  const waiting = new Set<EventId>();
  const shownAt = new Map<EventId, number>();

  const record = async (lane: Lane, pollId: EventId): Promise<void> => {
    const key = `tally:${pollId}:${randomUUID()}`;
    await store.inbox.record({
      rows: [{ side: 'homeserver', lane, key, ref: pollId, type: POLL_TALLY, body: '{}' }],
      cursors: [{ name: `${CURSOR}${pollId}`, value: '' }],
    });
    wake(lane);
  };

  const showLater = async (lane: Lane, pollId: EventId): Promise<void> => {
    if (waiting.has(pollId)) return;
    waiting.add(pollId);
    const next = (shownAt.get(pollId) ?? 0) + EVERY_MS;
    await clock.sleep(Math.max(GATHER_MS, next - clock.now()), signal);
    waiting.delete(pollId);
    if (shownAt.size >= REMEMBERED) shownAt.clear();
    shownAt.set(pollId, clock.now());
    try {
      await record(lane, pollId);
    } catch (error) {
      log('warn', 'poll.not-recorded', { poll: pollId, reason: (error as Error).message });
      await clock.sleep(RETRY_MS, signal);
      await showLater(lane, pollId);
    }
  };
  // Rejects only when the bridge stops; the next start goes on.
  const schedule = (lane: Lane, pollId: EventId): void => void showLater(lane, pollId).catch(() => {});

  return {
    async counted({ lane }, pollId) {
      await store.setCursor(`${CURSOR}${pollId}`, lane);
      schedule(lane, pollId);
    },
    /** Goes on with what a bridge before this one left. */
    async run() {
      const left = await store.cursors(CURSOR).catch((error: unknown) => {
        log('warn', 'poll.not-recorded', { reason: (error as Error).message });
        return new Map<string, string>();
      });
      for (const [name, lane] of left) {
        if (lane !== '' && portals.ofLane(lane) !== undefined) schedule(lane, name.slice(CURSOR.length) as EventId);
      }
    },
  };
}
