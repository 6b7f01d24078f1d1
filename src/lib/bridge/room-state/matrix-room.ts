import { changePowerLevels } from '../homeserver/power-levels.ts';
import { isRecord } from '../../core/record.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { MatrixRoomId } from '../../core/ids.ts';
import { POWER_LEVELS, powerFrom } from '../homeserver/power.ts';
import type { BridgeParts } from '../parts.ts';
import { cleanText } from './clean-text.ts';
import { cleanRoomName } from './names.ts';
import type { RoomField, RoomValues } from './values.ts';

const NAME = 'm.room.name';
const TOPIC = 'm.room.topic';
const AVATAR = 'm.room.avatar';
const JOIN_RULES = 'm.room.join_rules';
const HISTORY = 'm.room.history_visibility';
/** State in which the fields of a room are, each with an empty key. */
export const ROOM_STATE: readonly string[] = [NAME, TOPIC, AVATAR, JOIN_RULES, POWER_LEVELS];

/** Which state a field is in; what Matrix has no state for is said. */
export const STATE_OF: Readonly<Partial<Record<RoomField, string>>> = {
  name: NAME,
  topic: TOPIC,
  avatar: AVATAR,
  access: JOIN_RULES,
  speakers: POWER_LEVELS,
};

const MESSAGE = 'm.room.message';
/** What moderators have, by the presets of every client. */
const MODERATOR = 50;

type Content = Readonly<Record<string, unknown>>;

/** What a Matrix room is like now. Rejects as requests do. */
export async function readMatrixRoom(
  { homeserver }: Pick<BridgeParts, 'homeserver'>,
  roomId: MatrixRoomId,
): Promise<RoomValues> {
  const [name, topic, avatar, rules, levels] = await Promise.all(
    ROOM_STATE.map((type) => homeserver.state(roomId, type, '')),
  );
  return {
    name: cleanRoomName(textIn(name, 'name')),
    topic: cleanText(textIn(topic, 'topic')),
    avatar: textIn(avatar, 'url'),
    // `knock`, `restricted` and all that is yet to come let not everybody in.
    access: textIn(rules, 'join_rule') === 'public' ? 'public' : 'private',
    speakers: levelToSpeak(levels ?? {}) >= MODERATOR ? 'moderators' : 'everybody',
    announcement: '',
    archived: '',
  };
}

const textIn = (content: Content | undefined, key: string): string => {
  const value = content?.[key];
  return typeof value === 'string' ? value : '';
};

function levelToSpeak(levels: Content): number {
  const own = isRecord(levels['events']) ? levels['events'][MESSAGE] : undefined;
  return typeof own === 'number' ? own : powerFrom(levels, new Set()).toWrite();
}

/** Changes one field on Matrix, as the bot, to a value as {@link readMatrixRoom} reads it. */
export async function writeMatrixRoom(
  { homeserver }: Pick<BridgeParts, 'homeserver'>,
  roomId: MatrixRoomId,
  field: RoomField,
  value: string,
): Promise<void> {
  if (field === 'name') await homeserver.sendState(roomId, NAME, '', { name: value });
  if (field === 'topic') await homeserver.sendState(roomId, TOPIC, '', { topic: value });
  if (field === 'avatar') await homeserver.sendState(roomId, AVATAR, '', value === '' ? {} : { url: value });
  if (field === 'access') await writeAccess({ homeserver }, roomId, value === 'private');
  if (field === 'speakers') await writeSpeakers({ homeserver }, roomId, value === 'moderators' ? MODERATOR : 0);
}

/**
 * As in the rooms that are made private: who comes later reads nothing from before, and name and topic are for
 * members. A room that is opened again is listed again by whoever wants that.
 */
async function writeAccess(
  { homeserver }: Pick<BridgeParts, 'homeserver'>,
  roomId: MatrixRoomId,
  isPrivate: boolean,
): Promise<void> {
  await unlessForbidden(async () => {
    if (isPrivate && (await homeserver.isListed(roomId))) await homeserver.setListed(roomId, false);
  });
  await unlessForbidden(() =>
    homeserver.sendState(roomId, HISTORY, '', { history_visibility: isPrivate ? 'joined' : 'shared' }),
  );
  // Last: where it is there, the others are.
  await homeserver.sendState(roomId, JOIN_RULES, '', { join_rule: isPrivate ? 'invite' : 'public' });
}

/** It may take more power than the join rule, and is not what was asked for. */
async function unlessForbidden(task: () => Promise<unknown>): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 403) throw error;
  }
}

/** Nobody's own level is touched: who may speak by that level is for those who give people theirs. */
async function writeSpeakers(
  { homeserver }: Pick<BridgeParts, 'homeserver'>,
  roomId: MatrixRoomId,
  level: number,
): Promise<void> {
  await changePowerLevels(homeserver, roomId, (levels) => {
    const { events } = levels;
    const own =
      isRecord(events) && typeof events[MESSAGE] === 'number' ? { events: { ...events, [MESSAGE]: level } } : {};
    return { ...levels, ...own, events_default: level };
  });
}
