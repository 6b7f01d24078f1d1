import type { EventId, MatrixRoomId } from '../../core/ids.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Settlement } from '../../store/settlement-types.ts';
import { MEMBERSHIP_ROW } from '../direct/invite.ts';
import { isAwaited } from '../direct/left-out.ts';
import type { HomeserverEvent } from '../events.ts';
import { interpretMatrixMember } from '../membership/interpret-homeserver.ts';
import { unlessRefused } from '../membership/refusal.ts';
import { type Awaits, type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { interpretMatrixPins } from '../pins/interpret-homeserver.ts';
import { PINNED_EVENTS } from '../pins/pinned.ts';
import { interpretMatrixRoom } from '../room-state/interpret.ts';
import { isRoomState } from '../room-state/row.ts';
import { isRoomOf } from '../room-upgrade/former-rooms.ts';
import { interpretTombstone, isTombstone } from '../room-upgrade/tombstone.ts';
import { interpretMatrixRoles } from '../roles/interpret-homeserver.ts';
import { ROLES } from '../roles/row.ts';
import { readContent, turnsEncryptionOn } from './content.ts';
import { interpretCall } from './interpret-call.ts';
import { interpretPoll, interpretPollRedaction, interpretTally, readPollContent } from './interpret-poll.ts';
import { interpretReaction, reactionTakenBack } from './interpret-reaction.ts';
import { type MatrixEvent, editTarget, markedWorkspace, readEvent } from './event.ts';
import { POLL_TALLY, isRelayed } from './relayed-types.ts';
import { relationOf } from './relations.ts';
import { isInSameRoom } from './same-room.ts';
import { postedBy, readSaid } from './said.ts';

const OF_ANOTHER_ROOM = nothing('of a message in another room');
const gone = (event: MatrixEvent): Nothing =>
  nothing('gone', { tombstones: [{ side: 'homeserver', target: event.id }] });

/** What happened on Matrix, read from one recorded event and what the ledger knows of it. */
export async function interpretHomeserverRow(
  parts: BridgeParts,
  portal: Portal,
  row: InboxRow,
  { ownSendingUnsettled }: { readonly ownSendingUnsettled: boolean },
): Promise<HomeserverEvent | Nothing | Awaits> {
  if (row.type === POLL_TALLY) return interpretTally(parts, row.ref as EventId);
  if (row.type === ROLES) return interpretMatrixRoles(parts, portal, row);
  const event = readEvent(JSON.parse(row.body ?? '{}'));
  // Of a direct message whose older room was given up, what was written there before is still carried over.
  if (event === undefined || (portal.direct === undefined && !(await isRoomOf(parts, portal, event.roomId)))) {
    return nothing('malformed');
  }
  if (row.type === MEMBERSHIP_ROW) {
    return portal.direct === undefined
      ? unlessRefused<HomeserverEvent | Nothing>(interpretMatrixMember(parts, portal, event), nothing)
      : nothing('direct message opened');
  }
  if (!isRelayed(event)) return nothing('ignored');
  if (await isAwaited(parts, portal, event)) return { kind: 'awaits' };
  const isAdmitted = parts.access.admitsUser(event.sender);
  // What somebody takes back goes away here too, whoever they are by now.
  if (event.type === 'm.room.redaction')
    return isAdmitted || !(await isOfAnother(parts, event))
      ? interpretRedaction(parts, portal, event)
      : nothing('blocked');
  if (!isAdmitted) return nothing('blocked');
  if (isTombstone(event)) return interpretTombstone(parts, event);
  if (event.isState && event.roomId !== portal.matrixRoomId) return nothing('of an older room');
  if (event.type === 'm.reaction') return interpretReaction(parts, portal, event);
  if (event.isState && event.type === PINNED_EVENTS)
    return interpretMatrixPins(parts, portal, row, event, ownSendingUnsettled);
  if (isRoomState(event)) return interpretMatrixRoom(parts, portal, row, event);
  if (event.type === 'm.room.encrypted' || turnsEncryptionOn(event.type, event.stateKey, event.content)) {
    return { kind: 'room.encrypted', origin: 'homeserver', sender: event.sender };
  }
  // Redacted before it was pushed: it was never sent to Rocket.Chat and never will be.
  if (event.redacted || (await parts.store.ledger.isGone('homeserver', event.id))) return gone(event);
  if (markedWorkspace(event) === parts.identity.workspaceId) return nothing('from another bridge of this workspace');
  const poll = readPollContent(event);
  if (poll !== undefined) return interpretPoll(parts, portal, event, poll);
  const content = readContent(event.type, event.content);
  if (content.kind === 'call') return interpretCall(parts, portal, event, content.video);
  const target = editTarget(event);
  return target === undefined ? interpretPost(event, false) : interpretEdit(parts, portal, event, target);
}

function interpretPost(event: MatrixEvent, editOfUnknown: boolean): HomeserverEvent | Nothing {
  const said = readSaid(event);
  if (said === undefined) return nothing(event.type === 'm.room.message' ? 'malformed' : 'nothing to show');
  return { ...postedBy(event, said, relationOf(event)), editOfUnknown };
}

async function interpretEdit(
  parts: BridgeParts,
  portal: Portal,
  event: MatrixEvent,
  targetId: EventId,
): Promise<HomeserverEvent | Nothing> {
  const target = await parts.store.ledger.byEvent(targetId);
  if (target === undefined) {
    const original = await parts.store.inbox.byKey('homeserver', targetId);
    if (original?.state === 'aside') return nothing('folded', { foldInto: original.id });
    if (original !== undefined || (await parts.store.ledger.isGone('homeserver', targetId))) return nothing('gone');
    if (await isFromBefore(parts, portal, event.roomId, targetId)) return nothing('from before the link');
    return interpretPost(event, true);
  }
  // Others may not edit it: https://spec.matrix.org/v1.17/client-server-api/#validity-of-replacement-events
  if (target.kind !== 'message' || target.matrixUserId !== event.sender) return nothing('invalid edit');
  if (!(await isInSameRoom(parts, portal, event, target))) return OF_ANOTHER_ROOM;
  const text = readSaid(event)?.text;
  if (text === undefined) return nothing('malformed');
  const pairs = await parts.store.ledger.byMessage(target.messageId);
  const snapshot = await parts.store.ledger.snapshot(target.messageId);
  if (snapshot?.deleted === true) return nothing('gone');
  const best = bestEdit(pairs);
  if (best !== undefined && !isNewer({ at: event.at, id: event.id }, { at: best.ts, id: best.eventId })) {
    return nothing('superseded', { ledger: [editEntry(target, event)] });
  }
  return {
    kind: 'message.edited',
    origin: 'homeserver',
    edit: { eventId: event.id, at: event.at },
    sender: event.sender,
    text,
    target,
    snapshot,
    redactedEdit: undefined,
  };
}

/** Everything since the link is recorded, or will be when the homeserver's gaps are filled. */
async function isFromBefore(
  parts: BridgeParts,
  portal: Portal,
  roomId: MatrixRoomId,
  eventId: EventId,
): Promise<boolean> {
  const raw = await parts.homeserver.event(roomId, eventId);
  const event = raw === undefined ? undefined : readEvent(raw);
  return event !== undefined && event.at < portal.createdAt;
}

/** Whether what is redacted is known to be somebody else's. */
async function isOfAnother(
  { store: { ledger, polls, reactions } }: BridgeParts,
  { redacts, sender }: MatrixEvent,
): Promise<boolean> {
  if (redacts === undefined) return false;
  const { matrixUserId } = (await reactions.byEvent(redacts)) ?? (await ledger.byEvent(redacts)) ?? {};
  const author = matrixUserId ?? (await polls.byEvent(redacts))?.sender;
  return author !== undefined && author !== sender;
}

async function interpretRedaction(
  parts: BridgeParts,
  portal: Portal,
  event: MatrixEvent,
): Promise<HomeserverEvent | Nothing> {
  if (event.redacts === undefined) return nothing('malformed');
  const tombstones: Settlement['tombstones'] = [{ side: 'homeserver', target: event.redacts }];
  const reaction = await parts.store.reactions.byEvent(event.redacts);
  if (reaction !== undefined) {
    return (await isInSameRoom(parts, portal, event, reaction)) ? reactionTakenBack(event, reaction) : OF_ANOTHER_ROOM;
  }
  const inPoll = await parts.store.polls.byEvent(event.redacts);
  if (inPoll !== undefined && inPoll.kind !== 'start') return interpretPollRedaction(parts, event, inPoll);
  const target = await parts.store.ledger.byEvent(event.redacts);
  if (target === undefined) {
    const original = await parts.store.inbox.byKey('homeserver', event.redacts);
    if (original !== undefined && original.state !== 'done' && original.lane !== portal.lane) return OF_ANOTHER_ROOM;
    if (original?.state === 'aside') await parts.store.quarantine.drop(original.id);
    return nothing('gone', { tombstones });
  }
  if (!(await isInSameRoom(parts, portal, event, target))) return OF_ANOTHER_ROOM;
  if (target.redacted || target.kind === 'redaction') return nothing('echo', { tombstones });
  const pairs = await parts.store.ledger.byMessage(target.messageId);
  const snapshot = await parts.store.ledger.snapshot(target.messageId);
  if (target.kind === 'message') {
    if (snapshot?.deleted === true) return nothing('echo', { tombstones, redacted: [target.eventId] });
    return { kind: 'message.deleted', origin: 'homeserver', sender: event.sender, target, pairs, snapshot };
  }
  const settledEdit = nothing('edit redacted', { tombstones, redacted: [target.eventId] });
  if (bestEdit(pairs)?.eventId !== target.eventId || snapshot?.deleted === true) return settledEdit;
  return (await restored(parts, event.roomId, target, pairs, snapshot)) ?? settledEdit;
}

/** The best text that remains when the effective edit is redacted: the next edit, or the original. */
async function restored(
  parts: BridgeParts,
  roomId: MatrixRoomId,
  redacted: LedgerEntry,
  pairs: readonly LedgerEntry[],
  snapshot: Awaited<ReturnType<BridgeParts['store']['ledger']['snapshot']>>,
): Promise<HomeserverEvent | undefined> {
  const target = pairs.find((pair) => pair.kind === 'message');
  const next = bestEdit(pairs.filter((pair) => pair.eventId !== redacted.eventId)) ?? target;
  if (target === undefined || next === undefined) return undefined;
  const raw = await parts.homeserver.event(roomId, next.eventId);
  const event = raw === undefined ? undefined : readEvent(raw);
  const text = event === undefined ? undefined : readSaid(event)?.text;
  if (event === undefined || text === undefined) return undefined;
  return {
    kind: 'message.edited',
    origin: 'homeserver',
    edit: undefined,
    sender: target.matrixUserId,
    text,
    target,
    snapshot,
    redactedEdit: redacted.eventId,
  };
}

/** The edit in force: newest by (`origin_server_ts`, event id). */
function bestEdit(pairs: readonly LedgerEntry[]): LedgerEntry | undefined {
  let best: LedgerEntry | undefined;
  for (const pair of pairs) {
    if (pair.kind !== 'edit' || pair.redacted || pair.origin !== 'homeserver') continue;
    if (best === undefined || isNewer({ at: pair.ts, id: pair.eventId }, { at: best.ts, id: best.eventId }))
      best = pair;
  }
  return best;
}

function isNewer(one: { at: number; id: EventId }, other: { at: number; id: EventId }): boolean {
  return one.at === other.at ? one.id > other.id : one.at > other.at;
}

export function editEntry(target: LedgerEntry, edit: { id: EventId; at: number }): LedgerEntry {
  return { ...target, kind: 'edit', eventId: edit.id, origin: 'homeserver', ts: edit.at, redacted: false };
}
