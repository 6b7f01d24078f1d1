import { RcfedError } from '../../core/errors.ts';
import type { EventId, MessageId } from '../../core/ids.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { BridgeParts } from '../parts.ts';
import { withItsEvent } from '../workspace/text-parts.ts';
import type { TraceStep, TraceView } from './views.ts';

/** What happened to one message: everything recorded of it on both sides, what was tried, how it ended. */
export async function traceOf(parts: BridgeParts, text: string): Promise<TraceView> {
  const { store } = parts;
  const ref = refOf(text);
  const entry = await store.ledger.byEvent(ref as EventId);
  const messageId = entry?.messageId ?? (ref.startsWith('$') ? undefined : (ref as MessageId));
  const pairs = messageId === undefined ? [] : (await store.ledger.byMessage(messageId)).map(withItsEvent);
  const refs = new Set<string>([
    ref,
    ...(messageId === undefined ? [] : [messageId]),
    ...pairs.map((pair) => pair.eventId),
  ]);
  const rows = (await Promise.all([...refs].map((each) => store.inbox.byRef(each)))).flat();
  if (rows.length === 0 && pairs.length === 0) {
    throw new RcfedError('RCFED_TRACE_UNKNOWN', `Nothing is known of ${ref}`, {
      why: 'It was never received, or its room is not federated.',
    });
  }
  const names = new Map((await store.portals.list()).map((portal) => [portal.lane, portal.name]));
  const steps = rows.toSorted((one, other) => one.id - other.id).map((row) => stepOf(parts, row, names.get(row.lane)));
  return {
    messageId: pairs.length > 0 ? messageId : rows.find((row) => row.side === 'workspace')?.ref,
    eventIds: pairs.map((pair: LedgerEntry) => pair.eventId),
    deleted: messageId !== undefined && (await store.ledger.snapshot(messageId))?.deleted === true,
    steps: await Promise.all(steps),
  };
}

async function stepOf(parts: BridgeParts, row: InboxRow, room: string | undefined): Promise<TraceStep> {
  const attempts = await parts.store.attempts.of(row.id);
  return {
    side: row.side,
    ref: row.ref,
    type: row.type,
    state: row.state,
    outcome: row.outcome,
    received: iso(row.receivedAt),
    settled: row.settledAt === undefined ? undefined : iso(row.settledAt),
    room,
    late: row.late,
    attempts: attempts.map(({ step, startedAt, endedAt, answer, detail }) => ({
      step,
      started: iso(startedAt),
      ended: endedAt === undefined ? undefined : iso(endedAt),
      answer,
      detail,
    })),
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Out of a Rocket.Chat permalink (`…?msg=ID`), a matrix.to link, or what is an id already. */
function refOf(text: string): string {
  const message = /[?&]msg=([^&#]+)/.exec(text);
  if (message?.[1] !== undefined) return decodeURIComponent(message[1]);
  const event = /#\/[^/]+\/([^/?]+)/.exec(text);
  if (event?.[1] !== undefined && text.includes('matrix.to')) return decodeURIComponent(event[1]);
  return text.trim();
}
