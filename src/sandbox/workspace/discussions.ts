import { may, userRef } from './access.ts';
import type { Account } from './account-book.ts';
import type { MessageDocument, RoomDocument } from './documents.ts';
import { join } from './membership.ts';
import { meteorId, MeteorError } from './meteor.ts';
import { roomToSendTo, sendMessage } from './messages.ts';
import { openRoom } from './rooms.ts';
import { systemMessage } from './system-messages.ts';
import type { Workspace } from './workspace.ts';

export interface NewDiscussion {
  readonly parentRoomId: string;
  /** The message it is about; its author is invited. */
  readonly messageId?: string | undefined;
  readonly name: string;
  readonly topic?: string | undefined;
  readonly usernames: readonly string[];
  /** First message in it. */
  readonly reply?: string | undefined;
}

const invalid = (code: string, reason: string): MeteorError =>
  new MeteorError(code, reason, { method: 'DiscussionCreation' });

/**
 * `rooms.createDiscussion`: a room of its own with a random name, whose parent gets a message
 * `discussion-created` with its id as `drid` and its display name as text.
 */
export function createDiscussion(workspace: Workspace, creator: Account, wanted: NewDiscussion): RoomDocument {
  refuseByRules(workspace, creator, wanted.parentRoomId);
  const about = rootMessage(workspace, wanted);
  const parent = roomToSendTo(workspace, creator, wanted.parentRoomId);
  if (parent.prid !== undefined) throw invalid('error-nested-discussion', 'Cannot create nested discussions');
  const existing = about && workspace.rooms.all().find(({ pmid }) => pmid === about._id);
  if (existing !== undefined) {
    join(workspace, creator, existing);
    return existing;
  }
  const discussion = openRoom(workspace, creator, {
    type: parent.t === 'c' ? 'c' : 'p',
    name: meteorId(),
    displayName: wanted.name,
    members: [...(about === undefined ? [] : [about.u.username]), ...wanted.usernames],
    topic: wanted.topic ?? parent.name,
    fields: { prid: parent._id, ...(about === undefined ? {} : { pmid: about._id, description: about.msg }) },
  });
  const attachments = about === undefined ? {} : { attachments: [quoted(about)] };
  if (about !== undefined) repeatInside(workspace, creator, discussion, quoted(about));
  systemMessage(workspace, {
    type: 'discussion-created',
    room: parent,
    by: creator,
    text: wanted.name,
    extra: { drid: discussion._id, ...attachments },
  });
  if (wanted.reply !== undefined) sendMessage(workspace, creator, { rid: discussion._id, msg: wanted.reply });
  return discussion;
}

function refuseByRules(workspace: Workspace, creator: Account, rid: string): void {
  const allowed = ['start-discussion', 'start-discussion-other-user'].some((one) => may(workspace, creator, one, rid));
  if (workspace.settings.get<boolean>('Discussion_enabled') && allowed) return;
  throw new MeteorError('error-action-not-allowed', 'You are not allowed to create a discussion', {
    method: 'createDiscussion',
  });
}

function rootMessage(workspace: Workspace, wanted: NewDiscussion): MessageDocument | undefined {
  if (wanted.messageId === undefined) return undefined;
  const message = workspace.messages.get(wanted.messageId);
  if (message === undefined) throw invalid('error-invalid-message', 'Invalid message');
  if (message.rid === wanted.parentRoomId) return message;
  throw invalid('error-invalid-arguments', 'Root message room ID does not match parent room ID ');
}

/** The discussion begins with a message without text that shows what it is about; nobody is told of it. */
function repeatInside(
  workspace: Workspace,
  creator: Account,
  discussion: RoomDocument,
  attachment: Record<string, unknown>,
): void {
  workspace.messages.insert({
    _id: meteorId(),
    rid: discussion._id,
    msg: '',
    u: userRef(creator),
    ts: workspace.stamp(),
    _updatedAt: workspace.stamp(),
    attachments: [attachment],
  });
}

function quoted({ msg, u, ts, attachments }: MessageDocument): Record<string, unknown> {
  const author_icon = `/avatar/${u.username}`;
  return { text: msg, author_name: u.username, author_icon, ts, attachments: attachments ?? [] };
}
