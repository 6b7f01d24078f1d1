import type { WorkspaceRoomId, WorkspaceUserId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import { type Check, type Verdict, passes, skips } from '../check.ts';
import { healthOf } from '../facts/bridge-health.ts';
import { createGate } from '../gate.ts';
import { shellWord } from '../shell-word.ts';

const LATE_MS = 2 * 60_000;
const AT_ONCE = 4;
const MOST_ROOMS = 100;

export const cursors: Check = {
  id: 'G7',
  group: 'bridge',
  title: 'What is written in Rocket.Chat is recorded',
  severity: 'fail',
  fix: 'printed',
  needs: ['G1', 'R4'],
  deadlineMs: 60_000,
  why: 'Each room is asked for its last message. One that is minutes old and not recorded means that neither the live connection nor the catching up sees that room: usually the bot is no member of it any more.',
  async run(context) {
    if (context.setup.admin === undefined) return skips('only the admin of a bridge can see it');
    const { rooms } = await healthOf(context);
    if (rooms.length === 0) return skips('no room is federated');
    const workspace = await context.setup.workspace();
    const { id: bot } = await workspace.me();
    const gate = createGate(AT_ONCE);
    const looked = await Promise.all(
      rooms.slice(0, MOST_ROOMS).map(({ room, roomId, lastActive }) =>
        gate(async (): Promise<Verdict | undefined> => {
          const found = await workspace.roomById(roomId as WorkspaceRoomId);
          if (found === undefined) return missing(room);
          // Nothing was carried over since it was linked, or the bridge may still be at it.
          if (lastActive === null || context.clock.now() - found.lastMessageAt < LATE_MS) return undefined;
          const since = Date.parse(lastActive) + LATE_MS;
          if (found.lastMessageAt <= since || !(await hasMissed(workspace, roomId as WorkspaceRoomId, bot, since)))
            return undefined;
          return behind(room, lastActive, found.lastMessageAt);
        }),
      ),
    );
    const wrong = looked.filter((verdict) => verdict !== undefined);
    return wrong.length === 0 ? passes(`in ${looked.length} of ${rooms.length} rooms, which were looked at`) : wrong;
  },
};

/** Whether somebody else wrote there since: what the bot tells people itself is not recorded. */
async function hasMissed(
  workspace: WorkspaceApi,
  roomId: WorkspaceRoomId,
  bot: WorkspaceUserId,
  since: number,
): Promise<boolean> {
  try {
    const { updated } = await workspace.syncMessages(roomId, since);
    return updated.some(({ u, ts }) => isRecord(u) && u['_id'] !== bot && !(Date.parse(String(ts)) <= since));
  } catch (error) {
    if (error instanceof RemoteError && error.failure === 'refused') return true;
    throw error;
  }
}

const missing = (room: string): Verdict => ({
  status: 'fail',
  detail: `${room} is not seen in Rocket.Chat: it was deleted, or the bot is no member`,
  cure: {
    text: 'Make the bot a member again, or let go of the room:',
    commands: [`rcfed rooms unlink ${shellWord(room)}`],
  },
});

const behind = (room: string, lastActive: string, last: number): Verdict => ({
  status: 'fail',
  detail: `the last message of ${room} is of ${new Date(last).toISOString()}, the bridge was last active there at ${lastActive}`,
  affects: [`nothing of ${room} goes to Matrix`],
  cure: {
    text: 'Make the bot a member of the room; if it is one, start the bridge again and see what it says:',
    commands: ['rcfed federation run --verbose'],
  },
});
