import { RemoteError, type Side } from '../../core/remote-error.ts';
import type { InboxRow, Lane } from '../../store/inbox-types.ts';
import type { Lease } from '../../store/settlement-types.ts';
import type { Breakers } from '../breakers.ts';
import { NETWORK_STRIKES, STRIKES, type Verdict, classify } from '../failures.ts';
import { LANE_OWNER } from '../lanes.ts';
import { companyOfRoom, isRoomLane } from '../../store/lane-names.ts';
import { requestOf } from './direct-request.ts';
import { closeHalf } from './half-opened.ts';
import { MEMBERSHIP_ROW, readDeparture, readInvite } from './invite.ts';
import { openFromMatrix } from './open-from-matrix.ts';
import { openFromWorkspace } from './open-from-workspace.ts';
import type { Opened, OpeningParts } from './opening.ts';
import { failed, refuse, sayAsPuppet } from './refuse.ts';
import { userOfGhost } from './find-user.ts';

const LEASE_MS = 120_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const SIDES: readonly Side[] = ['homeserver', 'workspace'];

interface OpeningsOptions extends OpeningParts {
  readonly breakers: Breakers;
  readonly signal: AbortSignal;
}

/** Works off the lanes of rooms that are in no portal yet: each row there asks for a direct message. */
export interface Openings {
  wake(lane: Lane): void;
  wakeAll(): Promise<void>;
  /** Resolves when nothing is under way; after the signal aborted. */
  ended(): Promise<void>;
}

export function createOpenings(options: OpeningsOptions): Openings {
  const { parts, breakers, signal } = options;
  const running = new Map<Lane, Promise<void>>();
  const again = new Set<Lane>();

  const wake = (lane: Lane): void => {
    if (signal.aborted) return;
    if (running.has(lane)) return void again.add(lane);
    const run = runLane(options, lane)
      .catch((error: unknown) => {
        parts.log('error', 'direct.failed', { lane, reason: (error as Error).message });
        return FIRST_DELAY_MS;
      })
      .then((delay) => {
        running.delete(lane);
        if (again.delete(lane)) return wake(lane);
        if (delay !== undefined)
          parts.clock.sleep(delay, signal).then(
            () => wake(lane),
            () => {},
          );
      });
    running.set(lane, run);
  };
  return {
    wake,
    async wakeAll() {
      if (breakers.workspace.isOpen || breakers.homeserver.isOpen) return;
      for (const lane of await parts.store.inbox.pendingLanes()) if (isRoomLane(lane)) wake(lane);
    },
    async ended() {
      await Promise.all(running.values());
    },
  };
}

/** Answers after how long to come again, ms; undefined: when there is something new. */
async function runLane(options: OpeningsOptions, lane: Lane): Promise<number | undefined> {
  const { parts, breakers, signal } = options;
  for (;;) {
    // Both servers are needed; each wakes all lanes when it works again.
    if (signal.aborted || breakers.workspace.isOpen || breakers.homeserver.isOpen) return undefined;
    const row = await headOf(options, lane);
    if (row === undefined) {
      await wakeCompany(options, lane);
      return undefined;
    }
    const lease = await parts.store.leases.acquire(`lane:${lane}`, LANE_OWNER, LEASE_MS);
    if (lease === undefined) return LONGEST_DELAY_MS;
    const opened = await tryRow(options, row, lease);
    if (opened === 'failed') return Math.min(FIRST_DELAY_MS * 2 ** row.failures, LONGEST_DELAY_MS);
    if (opened.kind === 'later') return FIRST_DELAY_MS;
    if (opened.kind === 'settled') {
      await closeHalf(options, row);
      await settle(options, row, lease, opened.outcome);
    } else if (row.type === MEMBERSHIP_ROW) await settle(options, row, lease, 'direct message opened');
  }
}

/** Who was awaited has come, or does not come: what they say goes on. */
async function wakeCompany({ parts, wake }: OpeningsOptions, lane: Lane): Promise<void> {
  const roomId = companyOfRoom(lane);
  const portal = roomId === undefined ? undefined : await parts.store.portals.byMatrixRoom(roomId);
  if (portal !== undefined) wake(portal.lane);
}

async function headOf({ parts }: OpeningsOptions, lane: Lane): Promise<InboxRow | undefined> {
  for (const side of SIDES) {
    const row = await parts.store.inbox.head(lane, side);
    if (row !== undefined) return row;
  }
  return undefined;
}

async function settle({ parts }: OpeningsOptions, row: InboxRow, lease: Lease, outcome: string): Promise<void> {
  await parts.store.inbox.settle({ inboxId: row.id, lease, outcome });
  parts.log('info', 'row.settled', { side: row.side, ref: row.ref, type: row.type, outcome });
}

async function tryRow(options: OpeningsOptions, row: InboxRow, lease: Lease): Promise<Opened | 'failed'> {
  const { parts, breakers } = options;
  try {
    return await (row.type === MEMBERSHIP_ROW ? openFromMatrix(options, row) : openFromWorkspace(options, row));
  } catch (error) {
    const verdict = classify(error, { asPerson: true });
    if (verdict.about === 'lost' || verdict.about === 'store') return 'failed';
    const attempt = await parts.store.attempts.begin(row.id, 'open');
    await parts.store.attempts.end(attempt, 'failed', (error as Error).message);
    parts.log('warn', 'direct.not-opened', { ref: row.ref, reason: (error as Error).message });
    if (verdict.about === 'person' && verdict.side === 'workspace') await distrust(options, row);
    if (verdict.about === 'side') breakers[verdict.side].open(verdict.reason, verdict.retryAfterMs);
    if (!(await isFinal(options, row, lease, verdict))) return 'failed';
    await giveUp(options, row, lease, verdict.reason, (error as Error).message);
    return { kind: 'later' };
  }
}

async function isFinal({ parts }: OpeningsOptions, row: InboxRow, lease: Lease, verdict: Verdict): Promise<boolean> {
  if (verdict.about === 'event') return true;
  if (verdict.about === 'side' && !verdict.counts) return false;
  const failures = await parts.store.inbox.fail(row.id, lease);
  return failures >= (verdict.about === 'side' ? NETWORK_STRIKES : STRIKES);
}

/** The puppet that acts logs in again at the next try; the one that reads in what is open, at once. */
async function distrust({ parts, puppets }: OpeningsOptions, row: InboxRow): Promise<void> {
  if (row.type !== MEMBERSHIP_ROW) return puppets.distrustAccount(requestOf(row).reader);
  const raw: unknown = JSON.parse(row.body ?? '{}');
  const invite = readInvite(raw);
  if (invite !== undefined) await puppets.distrustAccount(invite.inviter);
  const roomId = (invite ?? readDeparture(raw))?.roomId;
  const reader = roomId === undefined ? undefined : (await parts.store.portals.byMatrixRoom(roomId))?.direct?.puppet;
  if (reader === undefined) return;
  await puppets.distrustAccount(reader);
  await puppets.account(reader).catch(() => {});
}

async function giveUp(
  options: OpeningsOptions,
  row: InboxRow,
  lease: Lease,
  reason: string,
  detail: string,
): Promise<void> {
  const { parts } = options;
  await closeHalf(options, row);
  await parts.store.inbox.settle({ inboxId: row.id, lease, outcome: 'set aside', aside: { reason, detail } });
  parts.log('warn', 'row.settled', { side: row.side, ref: row.ref, type: row.type, outcome: 'set aside', reason });
  try {
    await tell(options, row, reason);
    await parts.store.quarantine.told(row.id);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    parts.log('warn', 'notice.failed', { ref: row.ref, reason: error.message });
  }
}

/** Says where it was begun that nothing comes of it. */
async function tell({ parts, ghosts, puppets }: OpeningsOptions, row: InboxRow, reason: string): Promise<void> {
  const body: unknown = JSON.parse(row.body ?? '{}');
  if (row.type !== MEMBERSHIP_ROW) {
    const { reader } = body as { reader: never };
    const { api } = await puppets.account(reader);
    const text = `This message could not be sent to Matrix (${reason}). It is kept for the administrator.`;
    return sayAsPuppet(parts, api, row.ref as never, `notice:${row.id}`, text);
  }
  const invite = readInvite(body);
  const user = invite === undefined ? undefined : await userOfGhost(parts, invite.invited);
  if (invite !== undefined && user !== undefined)
    await refuse(parts, await ghosts.account(user), invite, failed(reason));
}
