import type { EventId, MessageId, WorkspaceUserId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { WorkspacePinsChanged } from '../events.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { type Intent, changeOf, intentOf } from './intent.ts';
import { type PinnedPair, pairOfMessage } from './pinned.ts';

/**
 * What is pinned in Rocket.Chat now and was not when it was last settled, and the other way round: the news of a
 * pin does not name it, and may be older than the next. Pins of messages that Matrix does not have are nobody's
 * business.
 */
export async function interpretWorkspacePins(
  parts: BridgeParts,
  portal: Portal,
  row: InboxRow,
  ownSendingUnsettled: boolean,
): Promise<WorkspacePinsChanged | Nothing | { readonly kind: 'later' }> {
  const settled = await parts.store.pins.of(portal.id);
  const earlier = await intentOf(parts, row);
  if (isFirstTry(earlier) && (await isAsSettled(parts, portal, row, settled))) return nothing('unchanged');
  const present = new Map<MessageId, EventId>();
  for (const raw of await parts.workspace.pinnedMessages(portal.workspaceRoomId)) {
    const pair = await pairOfMessage(parts, portal, raw['_id'] as MessageId);
    if (ownSendingUnsettled && (await waitsForMatrix(parts, raw, pair, settled))) return { kind: 'later' };
    if (pair !== undefined && !pair.gone) present.set(pair.messageId, pair.eventId);
  }
  const { pinned: ids, unpinned } = changeOf(new Set(present.keys()), settled, earlier);
  const pinned = ids.flatMap((messageId) => {
    const eventId = present.get(messageId);
    return eventId === undefined ? [] : [{ messageId, eventId }];
  });
  if (pinned.length === 0 && unpinned.length === 0) return nothing('unchanged');
  return { kind: 'pins.changed', origin: 'workspace', pinned, unpinned };
}

const isFirstTry = ({ pinned, unpinned }: Intent): boolean => pinned.length + unpinned.length === 0;

/**
 * A pinned message that was only touched: nobody needs to be asked. One that is not pinned any more is no such sign,
 * for others may wait that could not be pinned when their turn was.
 */
async function isAsSettled(
  parts: BridgeParts,
  portal: Portal,
  row: InboxRow,
  settled: ReadonlySet<MessageId>,
): Promise<boolean> {
  const { pinned } = JSON.parse(row.body ?? '{}') as { pinned?: boolean };
  if (pinned !== true) return false;
  const pair = await pairOfMessage(parts, portal, row.ref as MessageId);
  return pair !== undefined && settled.has(pair.messageId);
}

/**
 * Said on Matrix, or pinned there, and so far only here: which event it is, and whether it still is to be pinned,
 * will be known when that is settled.
 */
async function waitsForMatrix(
  parts: BridgeParts,
  raw: RawMessage,
  pair: PinnedPair | undefined,
  settled: ReadonlySet<MessageId>,
): Promise<boolean> {
  if (pair !== undefined && settled.has(pair.messageId)) return false;
  const person = pair === undefined ? raw['u'] : raw['pinnedBy'];
  return isRecord(person) && (await parts.isOwnAccount(person['_id'] as WorkspaceUserId));
}
