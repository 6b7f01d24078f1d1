import type { RemoteError } from '../../core/remote-error.ts';
import type { HomeserverRoomChanged } from '../events.ts';
import type { Work as MatrixWork } from '../homeserver/acting.ts';
import { readPower } from '../homeserver/power.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace, sayOnMatrix } from '../notices/say.ts';
import type { Work as WorkspaceWork } from '../workspace/acting.ts';
import { STATE_OF } from './matrix-room.ts';
import type { RoomField } from './values.ts';

const CALLED: Readonly<Record<RoomField, string>> = {
  name: 'name',
  topic: 'topic',
  avatar: 'picture',
  access: 'access',
  speakers: 'read-only setting',
  announcement: 'announcement',
  archived: 'archiving',
};

/** What Matrix has no state for. */
export async function announceOnMatrix(
  { parts, portal, row }: MatrixWork,
  field: RoomField,
  value: string,
): Promise<void> {
  // Each change once: a text that comes back after another is said again.
  const cause = `room-${field}:${row.id}`;
  await sayOnMatrix(parts, portal, cause, field === 'archived' ? archivingText(value) : announcementText(value));
}

const announcementText = (text: string): string =>
  text === '' ? 'The announcement in Rocket.Chat was taken away.' : `Announcement in Rocket.Chat: ${text}`;

const archivingText = (value: string): string =>
  value === 'archived'
    ? 'The room is archived in Rocket.Chat, where nobody can write in it now: what is written here is carried over once it is unarchived.'
    : 'The room is no longer archived in Rocket.Chat: what was written here meanwhile is carried over now.';

/** Said each time, for something was undone that somebody did. */
export async function tellTakenBackInWorkspace(work: MatrixWork, field: RoomField, error: RemoteError): Promise<void> {
  const { parts, portal, row } = work;
  const cause = `room-${field}-taken-back:${row.id}`;
  parts.log('warn', 'notice.room', { portal: portal.name, cause, field, reason: error.inShort });
  const text = `The change of the room's ${CALLED[field]} was taken back: ${await whyNotOnMatrix(work, field)}`;
  await sayInWorkspace(parts, portal, cause, text);
}

/** Nothing was undone: the rooms differ from now on, which is worth one line. */
export async function tellKeptInWorkspace(work: MatrixWork, field: RoomField, error: RemoteError): Promise<void> {
  const { parts, portal } = work;
  const cause = `room-${field}-not-on-matrix`;
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.room', { portal: portal.name, cause, field, reason: error.inShort });
    const text = `The room's ${CALLED[field]} does not appear on Matrix: ${await whyNotOnMatrix(work, field)}`;
    await sayInWorkspace(parts, portal, cause, text);
  });
}

async function whyNotOnMatrix({ parts, roomId }: MatrixWork, field: RoomField): Promise<string> {
  const needed = (await readPower(parts, roomId)).toSet(STATE_OF[field] ?? '');
  const bot = parts.homeserver.userId;
  return `${bot} may not change it on Matrix. Somebody with the power to do so can give it power level ${needed}.`;
}

export async function tellTakenBackOnMatrix(
  { parts, portal, row }: WorkspaceWork,
  event: HomeserverRoomChanged,
  field: RoomField,
  reason: string,
): Promise<void> {
  const cause = `room-${field}-taken-back:${row.id}`;
  parts.log('warn', 'notice.room', { portal: portal.name, cause, field, reason });
  const text = `The change of the room's ${CALLED[field]} was taken back: Rocket.Chat does not let the bridge change it (${reason}).`;
  await sayOnMatrix(parts, portal, cause, text, event);
}

export async function tellKeptOnMatrix(
  { parts, portal }: WorkspaceWork,
  event: HomeserverRoomChanged,
  field: RoomField,
  reason: string,
): Promise<void> {
  const cause = `room-${field}-not-in-workspace`;
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.room', { portal: portal.name, cause, field, reason });
    const text = `The room's ${CALLED[field]} does not appear in Rocket.Chat, which does not let the bridge change it (${reason}).`;
    await sayOnMatrix(parts, portal, cause, text, event);
  });
}
