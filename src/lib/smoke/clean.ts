import type { EventId, MessageId, WorkspaceRoomId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import { bodyOf } from './matrix-ear.ts';
import { hasMark } from './workspace-ear.ts';
import type { SignedIn } from './sign-in.ts';
import type { SmokeRoom } from './smoke-report.ts';
import type { SmokeParts } from './smoke-request.ts';

/** What a run has put into the rooms, filled in as it goes: a run that is broken off cleans up as well. */
export interface Left {
  readonly marks: { readonly toWorkspace: string; readonly toMatrix: string };
  /** What is being sent: it is waited for, lest it arrive after the cleaning. */
  readonly sending: Promise<void>[];
  /** Ours. */
  event?: EventId;
  message?: { readonly id: MessageId; readonly roomId: WorkspaceRoomId };
  /** The bridge's. */
  copiedEvent?: EventId;
  copiedMessage?: MessageId;
}

const COPIES_GONE_MS = 10_000;
/** An ordinary account may ask for a message ten times a minute. */
const LOOK_EVERY_MS = 1_500;

/**
 * Deletes both messages, and waits for the bridge to delete their copies.
 * @returns what could not be deleted, in words; nothing is thrown, for the result of the test stands already
 */
export async function clean(
  { workspace, matrix }: SignedIn,
  room: SmokeRoom,
  left: Left,
  parts: SmokeParts,
): Promise<readonly string[]> {
  await Promise.allSettled(left.sending);
  const { event, message, copiedEvent, copiedMessage, marks } = left;
  const attempts: Promise<string | undefined>[] = [];
  if (event !== undefined)
    attempts.push(
      attempt('the message on Matrix', async () => {
        await matrix.redact(room.matrixRoomId, event, `redact-${marks.toWorkspace}`);
        return copiedMessage === undefined || (await gone(parts, () => isInWorkspace(copiedMessage)));
      }),
    );
  if (message !== undefined)
    attempts.push(
      attempt('the message in Rocket.Chat', async () => {
        await workspace.deleteMessage(message.roomId, message.id);
        return copiedEvent === undefined || (await gone(parts, () => isOnMatrix(copiedEvent)));
      }),
    );
  const isInWorkspace = async (id: MessageId): Promise<boolean> => {
    const found = await workspace.getMessage(id);
    return found !== undefined && hasMark(found, marks.toWorkspace);
  };
  const isOnMatrix = async (id: EventId): Promise<boolean> =>
    bodyOf((await matrix.event(room.matrixRoomId, id)) ?? {})?.includes(marks.toMatrix) === true;
  return (await Promise.all(attempts)).filter((problem) => problem !== undefined);
}

async function attempt(what: string, remove: () => Promise<boolean>): Promise<string | undefined> {
  try {
    return (await remove()) ? undefined : `A copy of ${what} is still on the other side`;
  } catch (error) {
    if (error instanceof RemoteError) return `Could not delete ${what}: ${error.message}`;
    throw error;
  }
}

async function gone({ clock, signal }: SmokeParts, isThere: () => Promise<boolean>): Promise<boolean> {
  const until = clock.now() + COPIES_GONE_MS;
  while (await isThere()) {
    if (signal.aborted || clock.now() >= until) return false;
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
  return true;
}
