import type { WorkspaceRoomId } from '../../core/ids.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { Announcement } from '../events.ts';

/**
 * What the `t` of a message makes of it.
 * - `message`: it has none, or is a deleted one, which is told apart elsewhere
 * - `state`: Rocket.Chat tells of the room, its members or its pins; nobody wrote it
 * - `unknown`: an app's own type; what it says is relayed as a notice
 */
export type MessageKind = 'message' | Announcement['kind'] | 'state' | 'unknown';

/** `MessageTypes` of @rocket.chat/core-typings 8.8.1, less those below, and what 6.x and 7.x have besides. */
const STATE = new Set([
  'abac-removed-user-from-room',
  'added-user-to-team',
  'au',
  'command',
  'leader-removed',
  'message_pinned',
  'message_pinned_e2e',
  'message_snippeted',
  'moderator-removed',
  'mute_unmute',
  'new-leader',
  'new-moderator',
  'new-owner',
  'owner-removed',
  'r',
  'removed-user-from-team',
  'ru',
  'subscription-role-added',
  'subscription-role-removed',
  'thread-created',
  'ui',
  'uir',
  'uj',
  'ujt',
  'ul',
  'ult',
  'ut',
  'wm',
]);
/** Families of them: of the room, its people, Omnichannel, off-the-record talk, telephony. */
const STATE_FAMILY = /^(?:room[-_]|user[-_]|livechat|omnichannel|otr|voip|connected$|promptTranscript$)/;
/** From then on nobody but the members reads what is written; so it is with each such message. */
const ENCRYPTED = new Set(['e2e', 'room_e2e_enabled']);
/** The second one until 5.x. */
const CALL = new Set(['videoconf', 'jitsi_call_started']);

/** @param type a message's `t` */
export function kindOf(type: unknown): MessageKind {
  if (typeof type !== 'string' || type === '' || type === 'rm') return 'message';
  if (CALL.has(type)) return 'call';
  if (type === 'discussion-created') return 'discussion';
  if (ENCRYPTED.has(type)) return 'encrypted';
  return STATE.has(type) || STATE_FAMILY.test(type) ? 'state' : 'unknown';
}

export function readAnnouncement({ t, msg, drid }: RawMessage): Announcement | undefined {
  const kind = kindOf(t);
  if (kind === 'call' || kind === 'encrypted') return { kind };
  if (kind !== 'discussion' || typeof drid !== 'string' || drid === '') return undefined;
  return { kind, name: typeof msg === 'string' ? msg : '', roomId: drid as WorkspaceRoomId };
}
