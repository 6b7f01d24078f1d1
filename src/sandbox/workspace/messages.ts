import { canAccess, may, userRef } from './access.ts';
import type { Account } from './account-book.ts';
import { refuseAttachments } from './attachment-rules.ts';
import { countInParent } from './discussion-counter.ts';
import type { MessageDocument, RoomDocument } from './documents.ts';
import { announceMessage, countMessage, messageChanged } from './message-events.ts';
import { meteorId, MeteorError } from './meteor.ts';
import { mentionsIn, parseUrls, previewLater } from './message-content.ts';
import { withQuotes } from './quotes.ts';
import { runWebhooks } from './webhooks.ts';
import type { Workspace } from './workspace.ts';

/** What a client may say about its message; the server sets the rest. */
export interface MessageDraft {
  readonly _id?: string;
  readonly rid: string;
  readonly msg?: string;
  readonly ts?: Date;
  readonly tmid?: string;
  readonly tshow?: boolean;
  readonly alias?: string;
  readonly avatar?: string;
  readonly emoji?: string;
  readonly attachments?: Record<string, unknown>[];
  readonly blocks?: unknown[];
  readonly customFields?: Record<string, unknown>;
  readonly parseUrls?: boolean;
  readonly groupable?: boolean;
  readonly location?: unknown;
  readonly file?: MessageDocument['file'];
  readonly files?: MessageDocument['files'];
}

const TS_HONOURED_MS = 10_000;
const TS_REFUSED_MS = 60_000;

/** Air-gapped workspaces that reported too long ago refuse what makes or changes messages. */
export function refuseWhenRestricted(workspace: Workspace): void {
  const days = workspace.settings.get<number>('Cloud_Workspace_AirGapped_Restrictions_Remaining_Days');
  if (workspace.dialect.airGap && days === 0) throw new Error('restricted-workspace');
}

/**
 * Stores a message as `chat.sendMessage` does.
 * @returns the stored document, or `undefined` when its `_id` was taken: the real server then stumbles over
 *   the missing result, and so do the callers here.
 */
export function sendMessage(workspace: Workspace, sender: Account, draft: MessageDraft): MessageDocument | undefined {
  refuseWhenRestricted(workspace);
  const text = checkedText(workspace, draft);
  const parent = draft.tmid === undefined ? undefined : workspace.messages.get(draft.tmid);
  const room = roomToSendTo(workspace, sender, parent?.rid ?? draft.rid);
  refuseImpersonation(workspace, sender, draft, room);
  refuseAttachments(draft.attachments);
  const content = withContent(workspace, sender, room, {
    ...optionalFields(draft),
    _id: draft._id ?? meteorId(),
    rid: room._id,
    msg: text,
    ts: checkedTime(workspace, draft.ts),
    u: userRef(sender),
    _updatedAt: workspace.stamp(),
    // Threads aren't nested: a reply to a reply goes to the root.
    ...(draft.tmid === undefined ? {} : { tmid: parent?.tmid ?? draft.tmid }),
  });
  const message = throughApps(workspace, content);
  if (!workspace.messages.insert(message)) return undefined;
  countMessage(workspace, room, message);
  announceMessage(workspace, message);
  runWebhooks(workspace, room, message);
  countInParent(workspace, room);
  if (message.tmid !== undefined) countReply(workspace, message);
  previewLater(workspace, message);
  return message;
}

function optionalFields(draft: MessageDraft): Partial<MessageDocument> {
  const { alias, avatar, emoji, attachments, blocks, customFields, tshow, groupable, file, files } = draft;
  const fields = {
    alias,
    avatar,
    emoji,
    attachments,
    blocks,
    customFields,
    tshow,
    groupable,
    file,
    files,
    location: checkedPlace(draft.location),
    parseUrls: draft.parseUrls,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

/** The database has a map index on the field, which refuses what is no place on earth. */
function checkedPlace(location: unknown): unknown {
  if (location === undefined || location === null) return undefined;
  const [longitude, latitude] = (location as { coordinates?: unknown[] }).coordinates ?? [];
  const isPlace = Math.abs(Number(longitude)) <= 180 && Math.abs(Number(latitude)) <= 90;
  if (!isPlace) throw new Error("Can't extract geo keys");
  return location;
}

function checkedText(workspace: Workspace, draft: MessageDraft): string {
  if (draft.tshow === true && draft.tmid === undefined)
    throw new MeteorError('invalid-params', 'tshow provided but missing tmid');
  if (draft.tmid !== undefined && !workspace.settings.get<boolean>('Threads_enabled'))
    throw new MeteorError('error-not-allowed', 'not-allowed');
  // The real server strips NUL before it stores a text.
  const text = (draft.msg ?? '').replaceAll('\0', '');
  const lists = [draft.attachments, draft.blocks];
  const hasParts = draft.location !== undefined || lists.some((list) => (list?.length ?? 0) > 0);
  if (workspace.dialect.refusesEmpty && text.trim() === '' && !hasParts) {
    throw new MeteorError('error-invalid-message', 'Message cannot be empty');
  }
  refuseOversize(workspace, text);
  return text;
}

function refuseOversize(workspace: Workspace, text: string): void {
  if (text.length > workspace.settings.get<number>('Message_MaxAllowedSize')) {
    throw new MeteorError('error-message-size-exceeded', 'Message size exceeds Message_MaxAllowedSize');
  }
}

/** A client's time counts within 10 s of the server's, is replaced within 60 s and refused beyond. */
function checkedTime(workspace: Workspace, wanted: Date | undefined): Date {
  const now = workspace.clock.now();
  if (wanted === undefined) return new Date(now);
  const off = Math.abs(wanted.getTime() - now);
  if (Number.isNaN(off) || off > TS_REFUSED_MS)
    throw new MeteorError('error-message-ts-out-of-sync', 'Message timestamp is out of sync');
  return off > TS_HONOURED_MS ? new Date(now) : wanted;
}

/** These refusals are plain errors on the real server: a text and no `errorType`. */
export function roomToSendTo(workspace: Workspace, sender: Account, rid: string): RoomDocument {
  const room = workspace.rooms.byId(rid);
  if (room === undefined) throw new Error('error-invalid-room');
  if (room.archived === true) throw new Error('room_is_archived');
  if (!canAccess(workspace, sender, room)) throw new Error('error-not-allowed');
  const isUnmuted = room.unmuted?.includes(sender.user.username) === true;
  if (room.ro === true && !isUnmuted && !may(workspace, sender, 'post-readonly', rid)) {
    throw new Error("You can't send messages because the room is readonly.");
  }
  if (room.muted?.includes(sender.user.username) === true) throw new Error('You_have_been_muted');
  return room;
}

function refuseImpersonation(workspace: Workspace, sender: Account, draft: MessageDraft, room: RoomDocument): void {
  const disguised = [draft.alias, draft.avatar, draft.emoji].some(
    (part) => part !== undefined && part !== null && part !== '',
  );
  if (disguised && !may(workspace, sender, 'message-impersonate', room._id)) throw new Error('Not enough permission');
  if (draft.customFields !== undefined && !workspace.settings.get<boolean>('Message_CustomFields_Enabled')) {
    throw new Error('Custom fields not enabled');
  }
}

/** Mentions, urls and quotes are the server's work: what a client says about them is ignored. */
function withContent(
  workspace: Workspace,
  sender: Account,
  room: RoomDocument,
  message: MessageDocument,
): MessageDocument {
  const mentions = mentionsIn(workspace, message.msg);
  for (const { _id } of mentions.users) {
    if ((_id === 'all' || _id === 'here') && !may(workspace, sender, `mention-${_id}`, room._id)) {
      throw new MeteorError('error-action-not-allowed', `Notify ${_id} in this room not allowed`, {
        action: `mention-${_id}`,
      });
    }
  }
  message.mentions = mentions.users;
  message.channels = mentions.channels;
  message.urls = message.parseUrls === false ? [] : parseUrls(message.msg);
  const attachments = withQuotes(workspace, sender, message);
  if (attachments.length > 0 || message.attachments !== undefined) message.attachments = attachments;
  return message;
}

function throughApps(workspace: Workspace, message: MessageDocument): MessageDocument {
  let current = message;
  for (const hook of workspace.apps) {
    const verdict = hook(current);
    if (verdict === 'prevent')
      throw new MeteorError('error-app-prevented-sending', 'A Rocket.Chat App prevented the message sending.');
    if (verdict !== undefined) current = { ...verdict, _id: message._id, rid: message.rid, u: message.u };
  }
  return current;
}

/** The parent's counters change with a reply, and the whole parent is announced again. */
function countReply(workspace: Workspace, reply: MessageDocument): void {
  const parent = reply.tmid === undefined ? undefined : workspace.messages.get(reply.tmid);
  if (parent === undefined) return;
  parent.tcount = (parent.tcount ?? 0) + 1;
  parent.tlm = reply.ts;
  parent.replies = [...new Set([...(parent.replies ?? []), parent.u._id, reply.u._id])];
  messageChanged(workspace, parent);
}

/** `chat.update`. The same text again changes nothing and announces nothing. */
export function updateMessage(
  workspace: Workspace,
  editor: Account,
  message: MessageDocument,
  text: string,
): MessageDocument {
  refuseWhenRestricted(workspace);
  const room = workspace.rooms.byId(message.rid);
  if (room === undefined || !canAccess(workspace, editor, room))
    throw new MeteorError('error-not-allowed', 'Not allowed');
  refuseEdit(workspace, editor, message);
  if (workspace.dialect.refusesEmpty && (message.t === 'rm' || (text.trim() === '' && message.file === undefined))) {
    throw new MeteorError('error-invalid-message', 'Message cannot be empty');
  }
  refuseOversize(workspace, text);
  const captioned = message.attachments?.[0];
  if (text === (captioned?.['description'] ?? message.msg)) return message;
  if (captioned?.['description'] !== undefined) captioned['description'] = text;
  else message.msg = text.replaceAll('\0', '');
  withContent(workspace, editor, room, message);
  message.editedAt = new Date(workspace.clock.now());
  message.editedBy = { _id: editor.user._id, username: editor.user.username };
  messageChanged(workspace, message);
  runWebhooks(workspace, room, message);
  previewLater(workspace, message);
  return message;
}

function refuseEdit(workspace: Workspace, editor: Account, message: MessageDocument): void {
  const { settings } = workspace;
  const own = message.u._id === editor.user._id && settings.get<boolean>('Message_AllowEditing');
  if (!may(workspace, editor, 'edit-message', message.rid) && !own) {
    throw new MeteorError('error-action-not-allowed', 'Message editing not allowed', {
      method: 'updateMessage',
      action: 'Message_editing',
    });
  }
  const minutes = settings.get<number>('Message_AllowEditing_BlockEditInMinutes');
  const bypass = may(workspace, editor, 'bypass-time-limit-edit-and-delete', message.rid);
  if (!bypass && minutes > 0 && workspace.clock.now() - message.ts.getTime() > minutes * 60_000) {
    throw new MeteorError('error-message-editing-blocked', 'Message editing is blocked', { method: 'updateMessage' });
  }
}
