import type { MessageId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverPinsChanged } from '../events.ts';
import { sayOnMatrix } from '../notices/say.ts';
import { tellOnce } from '../notices/once.ts';
import type { Outcome } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import type { Work } from '../workspace/acting.ts';
import { readTime } from '../workspace/message.ts';
import { intend } from './intent.ts';
import { pairOfMessage } from './pinned.ts';
import { PINS } from './row.ts';

const REFUSALS = new Set(['not-authorized', 'error-not-authorized', 'error-not-allowed', 'error-action-not-allowed']);
const NOT_THERE = new Set(['error-invalid-message', 'error-message-not-found']);

/** The bot pins and unpins in Rocket.Chat: it needs no puppet, which would lack the permission. */
export async function pinInWorkspace(
  { parts, portal, row, how }: Work,
  event: HomeserverPinsChanged,
): Promise<Outcome> {
  const pinned: MessageId[] = [];
  const unpinned: MessageId[] = [];
  let outcome = 'relayed';
  await intend(parts, row, event);
  try {
    parts.passed('apply:before-act');
    for (const id of event.pinned) {
      const isTakenBack = how.mayHaveActed && (await wasUnpinnedSince(parts, id, row.receivedAt));
      if (isTakenBack) await lookAgain(parts, portal, row, id);
      else await unlessNotThere(parts.workspace.pinMessage(id));
      pinned.push(id);
    }
    if (event.unpinned.length > 0) await unpinAll(parts, portal, new Set(event.unpinned));
    unpinned.push(...event.unpinned);
    parts.passed('apply:acted');
  } catch (error) {
    if (!isRefusal(error)) throw error;
    outcome = 'may not pin in Rocket.Chat';
    await tellThatItMayNot(parts, portal, event, error.inShort);
  }
  return { outcome, pins: { portalId: portal.id, pinned, unpinned } };
}

/**
 * Somebody took it away after we may have pinned it, and the row of that may have been compared with what was not
 * settled: it is done, and compared again. An unpin leaves its time in `pinnedAt`.
 */
async function wasUnpinnedSince(parts: BridgeParts, id: MessageId, since: number): Promise<boolean> {
  const raw = await parts.workspace.getMessage(id);
  return raw?.['pinned'] === false && (readTime(raw['pinnedAt']) ?? 0) > since;
}

/** A row that has what is pinned in Rocket.Chat compared again; a second one is the first. */
async function lookAgain({ store, clock }: BridgeParts, portal: Portal, row: InboxRow, ref: MessageId): Promise<void> {
  const again = { side: 'workspace', lane: portal.lane, key: `pins:${row.id}`, ref, type: PINS } as const;
  await store.inbox.record({ rows: [{ ...again, order: clock.now(), body: '{}' }] });
}

/** A long message is several here, of which somebody may have pinned any. */
async function unpinAll(parts: BridgeParts, portal: Portal, gone: ReadonlySet<MessageId>): Promise<void> {
  for (const raw of await parts.workspace.pinnedMessages(portal.workspaceRoomId)) {
    const id = raw['_id'] as MessageId;
    const pair = await pairOfMessage(parts, portal, id);
    if (pair !== undefined && gone.has(pair.messageId)) await unlessNotThere(parts.workspace.unpinMessage(id));
  }
}

/** Deleted a moment ago: its pin went with it. */
async function unlessNotThere(asking: Promise<void>): Promise<void> {
  try {
    await asking;
  } catch (error) {
    if (!(error instanceof RemoteError) || !NOT_THERE.has(error.code ?? '')) throw error;
  }
}

function isRefusal(error: unknown): error is RemoteError {
  if (!(error instanceof RemoteError) || error.failure !== 'refused') return false;
  return error.status === 403 || (error.status !== 401 && REFUSALS.has(error.code ?? ''));
}

async function tellThatItMayNot(
  parts: BridgeParts,
  portal: Portal,
  event: HomeserverPinsChanged,
  reason: string,
): Promise<void> {
  const isOff = (await parts.workspace.publicSettings(['Message_AllowPinning'])).get('Message_AllowPinning') === false;
  const cause = isOff ? 'pins-switched-off' : 'pins-not-allowed-in-workspace';
  const why = isOff
    ? 'pinning is switched off there. An administrator can change that (Message_AllowPinning).'
    : 'the bridge may not pin there. An owner of the room can make it a moderator, or an administrator can give its role the permission pin-message.';
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.pins', { portal: portal.name, cause, reason });
    await sayOnMatrix(parts, portal, cause, `Pins do not appear in Rocket.Chat: ${why}`, event);
  });
}
