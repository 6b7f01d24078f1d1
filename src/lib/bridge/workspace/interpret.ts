import type { MessageId } from '../../core/ids.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { LedgerEntry, Snapshot } from '../../store/ledger-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { DIRECT_ROW } from '../direct/invite.ts';
import { MAY_NOT_WRITE, isRefused } from '../direct/may-write.ts';
import type { ReactionChange, WorkspaceEvent } from '../events.ts';
import { interpretWorkspaceMembers } from '../membership/interpret-workspace.ts';
import { unlessRefused } from '../membership/refusal.ts';
import { MEMBERS } from '../membership/row.ts';
import { type Later, type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { interpretWorkspacePins } from '../pins/interpret-workspace.ts';
import { PINS } from '../pins/row.ts';
import { interpretWorkspaceRoom } from '../room-state/interpret.ts';
import { ROOM } from '../room-state/row.ts';
import { isForTheBridge } from '../words/word-row.ts';
import { interpretWorkspaceRoles } from '../roles/interpret-workspace.ts';
import { ROLES } from '../roles/row.ts';
import { type WorkspaceMessage, hashOf, isDeleted, readMessage, versionOf } from './message.ts';
import { reactionChange } from './reactions.ts';
import { kindOf } from './system-messages.ts';
import { withItsEvent } from './text-parts.ts';

export interface WorkspaceCircumstances {
  readonly portal: Portal;
  /** The workspace's clock when the portal was linked, ms: what was written before is not relayed. */
  readonly linkedAt: number;
  /** A row of the other direction may have acted without being settled. */
  readonly ownSendingUnsettled: boolean;
}

/**
 * What changed in Rocket.Chat, decided by comparing a recorded version with the settled snapshot and
 * never by when it arrived: versions come late, twice, out of order, and for changes nobody relays.
 */
export async function interpretWorkspaceRow(
  parts: BridgeParts,
  row: InboxRow,
  { portal, linkedAt, ownSendingUnsettled }: WorkspaceCircumstances,
): Promise<WorkspaceEvent | Nothing | Later> {
  if (row.type === PINS) return interpretWorkspacePins(parts, portal, row, ownSendingUnsettled);
  if (row.type === MEMBERS) {
    return unlessRefused<WorkspaceEvent | Nothing>(interpretWorkspaceMembers(parts, portal, row), nothing);
  }
  if (row.type === ROOM) return interpretWorkspaceRoom(parts, portal, ownSendingUnsettled);
  if (row.type === ROLES) return interpretWorkspaceRoles(parts, portal, row, ownSendingUnsettled);
  if (row.type === DIRECT_ROW) return nothing('direct message opened');
  if (row.type === 'deleted' || row.type === 'pruned') {
    return interpretDeletion(parts, row.ref as MessageId, ownSendingUnsettled, row.type);
  }
  const message = readMessage(JSON.parse(row.body ?? '{}') as RawMessage);
  if (message === undefined) return nothing('malformed');
  if (isDeleted(message)) return interpretDeletion(parts, message.id, ownSendingUnsettled);
  if (await parts.store.ledger.isGone('workspace', message.id)) return nothing('gone');
  const snapshot = await parts.store.ledger.snapshot(message.id);
  if (snapshot === undefined) {
    if (message.at < linkedAt) return nothing('from before the link');
    // Tried again by hand: what it says by now counts, and may be why it can be sent now.
    const wanted = row.late ? await presentOf(parts, message.id) : message;
    if (wanted === undefined) return nothing('gone');
    if (await isRefused(parts, portal, wanted)) return nothing(MAY_NOT_WRITE);
    return interpretUnknown(parts, portal, wanted, ownSendingUnsettled);
  }
  return interpretVersion(parts, message, snapshot);
}

async function interpretUnknown(
  parts: BridgeParts,
  portal: Portal,
  message: WorkspaceMessage,
  ownSendingUnsettled: boolean,
): Promise<WorkspaceEvent | Nothing | Later> {
  if (!saysSomething(message)) return nothing('ignored');
  if (await parts.isOwnAccount(message.author.id)) {
    // Made by our own puppet or bot. If its sending is still open, what is different in it can only be
    // told once the sending is settled.
    return ownSendingUnsettled ? { kind: 'later' } : nothing('echo');
  }
  if (portal.direct === undefined && isForTheBridge(message.text)) return nothing('for the bridge');
  const aside = await setAsideOf(parts, message.id);
  if (aside !== undefined) return nothing('folded', { foldInto: aside });
  const reactions = await reactionChange(parts, message.id, message.reactions);
  const announced = announcedBy(message, reactions);
  if (announced !== undefined) return announced;
  return {
    kind: 'message.posted',
    origin: 'workspace',
    author: message.author,
    version: versionOf(message),
    at: message.at,
    text: message.text,
    reactions,
    quotes: message.quotes,
    threadId: message.threadId,
    files: message.files,
    extras: message.extras,
  };
}

/** What Rocket.Chat itself says of the room and its people is not a message that somebody wrote. */
function saysSomething({ systemType, announcement, text, files, extras }: WorkspaceMessage): boolean {
  if (announcement !== undefined) return true;
  const kind = kindOf(systemType);
  if (kind !== 'message' && kind !== 'unknown') return false;
  return text.trim() !== '' || files.length > 0 || extras.cards.length > 0 || extras.location !== undefined;
}

function announcedBy(message: WorkspaceMessage, reactions: ReactionChange): WorkspaceEvent | undefined {
  const { announcement: what, author, at, threadId } = message;
  if (what === undefined) return undefined;
  const version = versionOf(message);
  return { kind: 'announced', origin: 'workspace', author, version, at, threadId, reactions, what };
}

async function interpretVersion(
  parts: BridgeParts,
  recorded: WorkspaceMessage,
  snapshot: Snapshot,
): Promise<WorkspaceEvent | Nothing> {
  if (snapshot.deleted) return nothing('gone');
  let message = recorded;
  let reactions = await reactionChange(parts, message.id, message.reactions);
  // Encryption was turned on since, and somebody edited it: what it says now nobody can tell.
  if (recorded.announcement?.kind === 'encrypted') return announcedBy(recorded, reactions) ?? nothing('ignored');
  const isSettled = (): boolean => hashOf(message) === snapshot.hash && isEmpty(reactions);
  if (isSettled()) return nothing('unchanged', { snapshots: [newest(snapshot, recorded)] });
  if (recorded.updatedAt <= snapshot.updatedAt) {
    // Older than what is settled, yet different: only the present state counts.
    const present = await presentOf(parts, recorded.id);
    if (present === undefined) return nothing('superseded');
    message = present;
    reactions = await reactionChange(parts, message.id, message.reactions);
    if (isSettled()) return nothing('unchanged');
  }
  const version = versionOf(message);
  const pairs = await pairsOf(parts, message.id);
  if (version.hash === snapshot.hash)
    return { kind: 'reactions.changed', origin: 'workspace', version, snapshot, pairs, reactions };
  const effect = { side: 'workspace', target: message.id, kind: 'text', value: version.hash } as const;
  if (await parts.store.effects.consume(effect)) {
    const echoed = { ...snapshot, hash: version.hash, updatedAt: version.updatedAt };
    if (isEmpty(reactions)) return nothing('echo', { snapshots: [echoed] });
    return { kind: 'reactions.changed', origin: 'workspace', version, snapshot: echoed, pairs, reactions };
  }
  return {
    kind: 'message.edited',
    origin: 'workspace',
    editor: message.editor ?? message.author,
    version,
    text: message.text,
    quotes: message.quotes,
    files: message.files,
    extras: message.extras,
    snapshot,
    pairs,
    reactions,
  };
}

const isEmpty = ({ added, removed }: ReactionChange): boolean => added.length === 0 && removed.length === 0;

/** A part of a long message is paired with the event of the whole. */
async function pairsOf(parts: BridgeParts, id: MessageId): Promise<LedgerEntry[]> {
  return (await parts.store.ledger.byMessage(id)).map(withItsEvent);
}

async function presentOf(parts: BridgeParts, id: MessageId): Promise<WorkspaceMessage | undefined> {
  const raw = await parts.workspace.getMessage(id);
  const message = raw === undefined ? undefined : readMessage(raw);
  return message === undefined || isDeleted(message) ? undefined : message;
}

async function interpretDeletion(
  parts: BridgeParts,
  messageId: MessageId,
  ownSendingUnsettled: boolean,
  how: 'deleted' | 'pruned' = 'deleted',
): Promise<WorkspaceEvent | Nothing | Later> {
  const tombstones = [{ side: 'workspace', target: messageId }] as const;
  const snapshot = await parts.store.ledger.snapshot(messageId);
  if (snapshot === undefined) {
    if (ownSendingUnsettled) return { kind: 'later' };
    const aside = await setAsideOf(parts, messageId);
    if (aside !== undefined) await parts.store.quarantine.drop(aside);
    return nothing('gone', { tombstones });
  }
  if (snapshot.deleted) return nothing('echo', { tombstones });
  const effect = { side: 'workspace', target: messageId, kind: 'deleted', value: '' } as const;
  if (await parts.store.effects.consume(effect)) {
    return nothing('echo', { tombstones, snapshots: [{ ...snapshot, deleted: true }] });
  }
  // A policy of this workspace is none of the partner's: their history stays unless the room says otherwise.
  if (how === 'pruned' && (await parts.store.portals.byId(snapshot.portalId))?.retention !== 'redact') {
    return nothing('pruned, stays on Matrix', { tombstones, snapshots: [{ ...snapshot, deleted: true }] });
  }
  const pairs = await pairsOf(parts, messageId);
  return { kind: 'message.deleted', origin: 'workspace', messageId, snapshot, pairs };
}

/** The first version of the message, if it could not be applied and is kept aside. */
async function setAsideOf(parts: BridgeParts, messageId: MessageId): Promise<InboxRow['id'] | undefined> {
  const rows = await parts.store.inbox.byRef(messageId);
  return rows.find((row) => row.side === 'workspace' && row.state === 'aside')?.id;
}

const newest = (snapshot: Snapshot, message: WorkspaceMessage): Snapshot => ({
  ...snapshot,
  updatedAt: Math.max(snapshot.updatedAt, message.updatedAt),
});
