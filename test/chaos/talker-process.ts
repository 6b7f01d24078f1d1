// People on both sides, each writing numbered messages until told to stop. Every message is retried
// until its server has it, so that what is acknowledged is exactly what must arrive on the other side.
import { setTimeout as pause } from 'node:timers/promises';
import type { EventId, MessageId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { WorkspaceApi } from '../../src/lib/rocketchat/types.ts';
import {
  type ChaosSetting,
  asMatrixUser,
  asWorkspaceUser,
  fateOf,
  matrixRoom,
  readSetting,
  textOf,
  workspaceRoom,
} from './setting.ts';

const setting = readSetting();
const PAUSE_MS = Number(process.env['CHAOS_PAUSE_MS'] ?? '60');
/** From then on everybody talks more slowly: where the kills take long, because the machine is busy, so does the relaying. */
const MUCH = 800;
const pauseAfter = (number: number): Promise<void> => pause(number < MUCH ? PAUSE_MS : 10 * PAUSE_MS);
let stopping = false;
process.stdin.once('data', () => {
  stopping = true;
});

/** Again and again until it is so. */
async function until<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await pause(100);
    }
  }
}

const idOf = (sender: string, number: number): MessageId => `${sender}n${number}x`.padEnd(17, 'Q') as MessageId;

async function talkInWorkspace(
  api: WorkspaceApi,
  room: ChaosSetting['rooms'][number],
  sender: string,
): Promise<number> {
  const roomId = workspaceRoom(room);
  let number = 0;
  for (; !stopping; number += 1) {
    const id = idOf(sender, number);
    const text = textOf(sender, number, false);
    await until(async () => {
      if ((await api.getMessage(id)) === undefined) await api.sendMessage({ id, roomId, text });
    });
    const fate = fateOf(number);
    if (fate === 'edited') await until(() => api.updateMessage(roomId, id, textOf(sender, number, true)));
    if (fate === 'deleted') await until(() => api.deleteMessage(roomId, id));
    await pauseAfter(number);
  }
  return number;
}

async function talkOnMatrix(api: MatrixApi, room: ChaosSetting['rooms'][number], sender: string): Promise<number> {
  const roomId = matrixRoom(room);
  const say = (txn: string, content: Record<string, unknown>): Promise<EventId> =>
    until(() => api.sendEvent(roomId, 'm.room.message', txn, { msgtype: 'm.text', ...content }));
  let number = 0;
  for (; !stopping; number += 1) {
    const text = textOf(sender, number, false);
    const eventId = await say(text, { body: text });
    const fate = fateOf(number);
    if (fate === 'edited') {
      const body = textOf(sender, number, true);
      const replacement = {
        'm.new_content': { msgtype: 'm.text', body },
        'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
      };
      await say(body, { body: `* ${body}`, ...replacement });
    }
    if (fate === 'deleted') await until(() => api.redact(roomId, eventId, `redact-${text}`));
    await pauseAfter(number);
  }
  return number;
}

const counts: Record<string, number> = {};
await Promise.all([
  ...setting.workspaceUsers.map(async (user, index) => {
    const room = setting.rooms[index % setting.rooms.length];
    if (room !== undefined)
      counts[`w${index}`] = await talkInWorkspace(asWorkspaceUser(setting, user), room, `w${index}`);
  }),
  ...setting.matrixUsers.map(async (user, index) => {
    const room = setting.rooms[index % setting.rooms.length];
    if (room !== undefined)
      counts[`m${index}`] = await talkOnMatrix(await asMatrixUser(setting, user), room, `m${index}`);
  }),
]);
// A pipe takes a long answer in pieces, and an exit would cut it.
process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit(0));
