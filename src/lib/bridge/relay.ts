import { isOutOfReach, type Side } from '../core/remote-error.ts';
import type { InboxRow } from '../store/inbox-types.ts';
import type { Portal } from '../store/portal-types.ts';
import type { Lease, Settlement } from '../store/settlement-types.ts';
import { partsIn } from './direct/hands.ts';
import type { FederationEvent } from './events.ts';
import { type Verdict, NETWORK_STRIKES, STRIKES, classify } from './failures.ts';
import { interpretHomeserverRow } from './homeserver/interpret.ts';
import type { HomeserverSink } from './homeserver/sink.ts';
import type { Awaits, Later, Manner, Nothing, Outcome } from './outcome.ts';
import type { BridgeParts } from './parts.ts';
import { interpretWorkspaceRow } from './workspace/interpret.ts';
import type { WorkspaceSink } from './workspace/sink.ts';

/** What a lane tells about the row that it hands over. */
export interface RowContext {
  readonly lease: Lease;
  readonly portal: Portal;
  /** The workspace's clock when the portal was linked, ms. */
  readonly linkedAt: number;
  readonly mayHaveActed: boolean;
  /** A row of the other direction may have acted without being settled. */
  readonly ownSendingUnsettled: boolean;
}

export type Applied =
  | { readonly kind: 'settled' }
  /** It acted, and is being settled meanwhile. Rejects where the store refuses: the row will be taken again. */
  | { readonly kind: 'settling'; readonly settled: Promise<void> }
  /** Nothing is wrong with it; it waits for a row of the other direction. */
  | { readonly kind: 'later' }
  | Awaits
  | { readonly kind: 'failed'; readonly verdict: Verdict; readonly unknown: boolean };

export interface Relay {
  /** Takes one recorded row through interpretation, the sink and settling. Never rejects for the row's own fault. */
  apply(row: InboxRow, context: RowContext): Promise<Applied>;
}

interface Sinks {
  readonly homeserver: HomeserverSink;
  readonly workspace: WorkspaceSink;
  /** Makes sure of a person's puppet or ghost again before the next try. */
  distrust(portal: Portal, event: FederationEvent): Promise<void>;
  /** Makes sure of those by whom a direct message is read, too. Never rejects. */
  distrustHands(portal: Portal): Promise<void>;
  /** Whether a direct message has lost its Matrix room; then another one is asked for. Never rejects for a server's fault. */
  seeksAnotherRoom(portal: Portal, row: InboxRow): Promise<boolean>;
  /** Tells people, once, that this row could not be carried over. */
  onAside(portal: Portal, row: InboxRow): void;
}

const otherSide = (side: Side): Side => (side === 'workspace' ? 'homeserver' : 'workspace');

export function createRelay(parts: BridgeParts, sinks: Sinks): Relay {
  const interpret = async (row: InboxRow, context: RowContext): Promise<FederationEvent | Nothing | Later | Awaits> => {
    const here = await partsIn(parts, context.portal);
    return row.side === 'workspace'
      ? interpretWorkspaceRow(here, row, context)
      : interpretHomeserverRow(here, context.portal, row, context);
  };

  /** In a direct message everything is done as a person: what they may not do is not the server's failing. */
  const judge = async (error: unknown, portal: Portal, row: InboxRow): Promise<Verdict> => {
    const verdict = classify(error, { asPerson: portal.direct !== undefined });
    // It waits for the other room, however long that takes to be made.
    if (isShutOut(error) && portal.direct !== undefined && (await sinks.seeksAnotherRoom(portal, row)))
      return { about: 'person', side: 'homeserver', reason: 'the Matrix room is gone' };
    if (verdict.about !== 'person') return verdict;
    await sinks.distrustHands(portal);
    return { about: 'strike', reason: verdict.reason, detail: (error as Error).message };
  };

  const act = (event: FederationEvent, row: InboxRow, portal: Portal, how: Manner): Promise<Outcome> =>
    event.origin === 'workspace'
      ? sinks.homeserver.apply(portal, row, event, how)
      : sinks.workspace.apply(portal, row, event, how);

  const settle = async (
    row: InboxRow,
    context: RowContext,
    done: Omit<Settlement, 'inboxId' | 'lease'>,
    by?: string,
  ): Promise<void> => {
    await parts.store.inbox.settle({ ...done, inboxId: row.id, lease: context.lease });
    parts.passed('settle:committed');
    parts.log(done.aside === undefined ? 'info' : 'warn', 'row.settled', {
      side: row.side,
      ref: row.ref,
      type: row.type,
      portal: context.portal.name,
      ...(by === undefined ? {} : { by }),
      outcome: done.outcome,
      ...(done.aside === undefined ? {} : { reason: done.aside.reason }),
    });
    if (done.aside !== undefined) sinks.onAside(context.portal, row);
  };

  const setAside = async (row: InboxRow, context: RowContext, reason: string, detail: string): Promise<Applied> => {
    await settle(row, context, { outcome: 'set aside', aside: { reason, detail } });
    return { kind: 'settled' };
  };

  const failed = async (row: InboxRow, context: RowContext, verdict: Verdict): Promise<Applied> => {
    if (verdict.about === 'event') return setAside(row, context, verdict.reason, verdict.detail);
    if (verdict.about === 'strike' || (verdict.about === 'side' && verdict.counts)) {
      const failures = await parts.store.inbox.fail(row.id, context.lease);
      const isNetwork = verdict.about === 'side' && (verdict.reason === 'network' || verdict.reason === 'timeout');
      if (failures >= (isNetwork ? NETWORK_STRIKES : STRIKES)) {
        const detail = verdict.about === 'strike' ? verdict.detail : `${otherSide(row.side)} failed ${failures} times`;
        return setAside(row, context, verdict.reason, detail);
      }
    }
    parts.log('debug', 'row.failed', { side: row.side, ref: row.ref, ...verdict });
    // After an answer in words nothing was done; after a cut, a time-out or a 5xx nobody knows.
    const unknown = verdict.about === 'side' ? verdict.counts : verdict.about !== 'person';
    return { kind: 'failed', verdict, unknown };
  };

  /** As the person, then as the person made sure of again, then as the bot. */
  const actAsSomebody = async (event: FederationEvent, row: InboxRow, context: RowContext): Promise<Outcome> => {
    const manner = { asBot: false, mayHaveActed: context.mayHaveActed };
    if (context.mayHaveActed && (await parts.store.attempts.open(row.id, 'speak as bot')) !== undefined) {
      return act(event, row, context.portal, { ...manner, asBot: true });
    }
    try {
      return await act(event, row, context.portal, manner);
    } catch (error) {
      if (classify(error, { asPerson: true }).about !== 'person') throw error;
    }
    await sinks.distrust(context.portal, event);
    try {
      return await act(event, row, context.portal, manner);
    } catch (error) {
      const verdict = classify(error, { asPerson: true });
      // The bot is in no direct message: nobody there can speak for another.
      if (verdict.about !== 'person' || context.portal.direct !== undefined) throw error;
      // Who acts is fixed in the row: the effect's id depends on it.
      await parts.store.attempts.begin(row.id, 'speak as bot', verdict.reason);
    }
    return act(event, row, context.portal, { ...manner, asBot: true });
  };

  return {
    async apply(row, context) {
      try {
        const change = await interpret(row, context);
        if (change.kind === 'later' || change.kind === 'awaits') return { kind: change.kind };
        if (change.kind === 'nothing') {
          const { kind: _, ...done } = change;
          await settle(row, context, done);
          return { kind: 'settled' };
        }
        const outcome = await actAsSomebody(change, row, context);
        const settled = settle(row, context, outcome, actorOf(change));
        // The next row needs to know of an edit or a deletion, but not of another new message. What may have
        // failed to settle before is settled here, where the store's refusal counts against the row.
        if (change.kind === 'message.posted' && !context.mayHaveActed) return { kind: 'settling', settled };
        await settled;
        return { kind: 'settled' };
      } catch (error) {
        const verdict = await judge(error, context.portal, row);
        if (verdict.about === 'lost') return { kind: 'failed', verdict, unknown: true };
        const step = await noteAttempt(parts, row, error);
        if (!step) return { kind: 'failed', verdict: { about: 'store', reason: 'unwritable' }, unknown: true };
        return await failed(row, context, verdict).catch((second: unknown) => ({
          kind: 'failed' as const,
          verdict: classify(second, { asPerson: false }),
          unknown: true,
        }));
      }
    },
  };
}

const isShutOut = (error: unknown): boolean => isOutOfReach(error) && error.side === 'homeserver';

/** Who made the change, as people write it; undefined where the row does not say. */
function actorOf(event: FederationEvent): string | undefined {
  if (event.origin === 'homeserver') return event.sender;
  if (event.kind === 'message.posted' || event.kind === 'announced') return `@${event.author.username}`;
  return event.kind === 'message.edited' ? `@${event.editor.username}` : undefined;
}

/** Keeps what a server answered to a failed try, for `federation trace`. False: the store can't be written. */
async function noteAttempt(parts: BridgeParts, row: InboxRow, error: unknown): Promise<boolean> {
  try {
    const detail = error instanceof Error ? error.message : String(error);
    const attempt = await parts.store.attempts.begin(row.id, 'apply');
    await parts.store.attempts.end(attempt, 'failed', detail);
    return true;
  } catch {
    return false;
  }
}
