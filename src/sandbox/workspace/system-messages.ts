import { userRef } from './access.ts';
import type { Account } from './account-book.ts';
import type { MessageDocument, RoomDocument } from './documents.ts';
import { announceMessage, countMessage } from './message-events.ts';
import { meteorId } from './meteor.ts';
import type { Workspace } from './workspace.ts';

export interface SystemMessage {
  /** `uj`, `ul`, `au`, `ru`, `r`, `room_changed_topic`, `subscription-role-added` … */
  readonly type: string;
  readonly room: RoomDocument;
  /** Who did it. */
  readonly by: Account;
  /** What `msg` holds: the added or removed username, the new name. */
  readonly text: string;
  readonly extra?: Partial<MessageDocument>;
}

/** Stores a message of the system and announces it, unless Hide_System_Messages names its type. */
export function systemMessage(workspace: Workspace, wanted: SystemMessage): MessageDocument {
  const now = workspace.stamp();
  const message: MessageDocument = {
    _id: meteorId(),
    t: wanted.type,
    rid: wanted.room._id,
    ts: now,
    msg: wanted.text,
    u: userRef(wanted.by),
    groupable: false,
    _updatedAt: now,
    ...wanted.extra,
  };
  workspace.messages.insert(message);
  countMessage(workspace, wanted.room, message);
  announceMessage(workspace, message);
  return message;
}
