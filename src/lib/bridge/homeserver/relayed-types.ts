import { PINNED_EVENTS } from '../pins/pinned.ts';
import { isRoomState } from '../room-state/row.ts';
import { isTombstone } from '../room-upgrade/tombstone.ts';
import type { MatrixEvent } from './event.ts';
import { turnsEncryptionOn } from './content.ts';

/** Made by the bridge itself, to have a poll's result shown; it never comes from a homeserver. */
export const POLL_TALLY = 'chat.rocket.bridge.poll_tally';

/**
 * Events that people don't read: what clients and bridges tell each other, and what has its own way here. Each is
 * a type, or with a dot at its end the beginning of types.
 */
const NOT_FOR_READERS = [
  POLL_TALLY,
  // The course of a call; its beginning is told.
  'm.call.',
  'org.matrix.call.',
  'io.element.call.',
  'm.rtc.',
  'org.matrix.msc4075.',
  'org.matrix.msc4310.rtc.decline',
  // Devices that make sure of each other, and keys.
  'm.key.verification.',
  'm.room_key',
  'm.room_key.withheld',
  'm.room_key_request',
  'm.forwarded_room_key',
  'm.secret.',
  'm.dummy',
  // Steps of a position that is shared for a while.
  'm.beacon',
  'org.matrix.msc3672.beacon',
  // Which of its messages another bridge could deliver.
  'com.beeper.message_send_status',
];

/** Clients put the beginning of a verification into a message. */
const MSGTYPES_NOT_FOR_READERS = new Set(['m.key.verification.request']);

/** Told although the beginning of their type is above. */
const TOLD = new Set([
  'm.call.invite',
  'm.call.notify',
  'm.rtc.notification',
  'org.matrix.msc4075.call.notify',
  'org.matrix.msc4075.rtc.notification',
]);

/**
 * Whether an event may change something in Rocket.Chat. All others are recorded as seen and need no work. A type
 * that nobody knows may: what it says is for its readers to judge. State says nothing but that a room is
 * encrypted, what is pinned in it, who is there, what the room itself is like, and which other one replaces it.
 */
export function isRelayed({ type, content, isState, stateKey }: MatrixEvent): boolean {
  if (isState && type === 'm.room.member') return stateKey?.startsWith('@') === true;
  if (isState)
    return (
      (type === PINNED_EVENTS && stateKey === '') ||
      isRoomState({ type, stateKey }) ||
      isTombstone({ type, stateKey }) ||
      turnsEncryptionOn(type, stateKey, content)
    );
  if (TOLD.has(type)) return true;
  if (NOT_FOR_READERS.some((one) => (one.endsWith('.') ? type.startsWith(one) : type === one))) return false;
  const { msgtype } = content;
  return !(type === 'm.room.message' && typeof msgtype === 'string' && MSGTYPES_NOT_FOR_READERS.has(msgtype));
}
