import type { WorkspaceRoomId } from '../core/ids.ts';
import { clean, type Left } from './clean.ts';
import { cross, type Crossing } from './cross.ts';
import { markedText, newMark, newMessageId } from './mark.ts';
import { listenOnMatrix } from './matrix-ear.ts';
import type { FoundRoom } from './room.ts';
import type { SignedIn } from './sign-in.ts';
import type { SmokeParts, SmokeRequest } from './smoke-request.ts';
import { listenInWorkspace, type WorkspaceEar } from './workspace-ear.ts';

export interface Exchanged {
  readonly toWorkspace: Crossing<unknown>;
  /** Undefined: nothing could be sent, since the room in Rocket.Chat is not known. */
  readonly toMatrix: Crossing<unknown> | undefined;
  readonly workspaceRoomId: WorkspaceRoomId | undefined;
  readonly warnings: readonly string[];
}

/** Longest wait for realtime; after that REST alone has to do. */
const REALTIME_MS = 10_000;
/** The workspace's clock is read from a header without fractions of a second. */
const CLOCK_ROUNDING_MS = 2_000;

/**
 * A message each way, both at once where both rooms are known. Whatever happens, what was sent is deleted.
 * @param leftovers what could not be deleted is added, also where it throws
 * @throws RemoteError when a server can't be asked any more, or the signal's reason
 */
export async function exchange(
  accounts: SignedIn,
  room: FoundRoom,
  request: SmokeRequest,
  parts: SmokeParts,
  leftovers: string[],
): Promise<Exchanged> {
  const left: Left = { marks: { toWorkspace: newMark(), toMatrix: newMark() }, sending: [] };
  const ending = new AbortController();
  const signal = AbortSignal.any([parts.signal, ending.signal]);
  const run: Run = { accounts, room, request, left, parts: { ...parts, signal } };
  const ear = await listen(run);
  try {
    await ear.ready(REALTIME_MS);
    return await bothWays(run, ear);
  } finally {
    ending.abort(new Error('the test is over'));
    await ear.close();
    leftovers.push(...(await clean(accounts, room, left, parts)));
  }
}

interface Run {
  readonly accounts: SignedIn;
  readonly room: FoundRoom;
  readonly request: SmokeRequest;
  readonly left: Left;
  readonly parts: SmokeParts;
}

function listen({ accounts, room, request, left, parts }: Run): Promise<WorkspaceEar> {
  const { url, userId, token } = request.workspace;
  const { clock, log, network, signal } = parts;
  return listenInWorkspace({
    api: accounts.workspace,
    clock,
    roomId: room.workspaceRoomId,
    since: accounts.workspaceTime - CLOCK_ROUNDING_MS,
    mark: left.marks.toWorkspace,
    async openRealtime(handlers) {
      const { createRealtime } = await import('../rocketchat/realtime.ts');
      const agent = network.webSocketAgent(url);
      return createRealtime({ url, credentials: { userId, token }, clock, log, handlers, agent });
    },
    signal,
  });
}

async function bothWays(run: Run, ear: WorkspaceEar): Promise<Exchanged> {
  const { room, left } = run;
  const crossing = toWorkspace(run, ear);
  const known = room.workspaceRoomId ?? crossing.then(({ arrival }) => arrival?.roomId);
  const [there, back] = await Promise.all([crossing, toMatrix(run, known)]);
  left.copiedMessage = there.arrival?.id;
  left.copiedEvent = back?.arrival;
  const workspaceRoomId = there.arrival?.roomId ?? room.workspaceRoomId;
  if (workspaceRoomId !== room.workspaceRoomId) await room.keep(workspaceRoomId);
  const warnings =
    there.arrival?.live === false
      ? ['Realtime of Rocket.Chat did not deliver; the message was found by REST, and its latency is rough']
      : [];
  return { toWorkspace: there, toMatrix: back, workspaceRoomId, warnings };
}

function toWorkspace(
  { accounts, room, request, left, parts }: Run,
  ear: WorkspaceEar,
): ReturnType<typeof cross<Heard>> {
  const { toWorkspace: mark } = left.marks;
  const send = async (): Promise<void> => {
    const content = { msgtype: 'm.text', body: markedText(mark) };
    left.event = await accounts.matrix.sendEvent(room.matrixRoomId, 'm.room.message', mark, content);
  };
  return cross(noted(left, send), ear.heard, waiting(request, parts));
}

type Heard = Awaited<WorkspaceEar['heard']>;

async function toMatrix(
  { accounts, room, request, left, parts }: Run,
  workspaceRoom: WorkspaceRoomId | Promise<WorkspaceRoomId | undefined>,
): Promise<Crossing<Awaited<ReturnType<typeof listenOnMatrix>>> | undefined> {
  const roomId = await workspaceRoom;
  if (roomId === undefined) return undefined;
  const { toMatrix: mark } = left.marks;
  const message = { id: newMessageId(), roomId };
  const send = async (): Promise<void> => {
    left.message = message;
    await accounts.workspace.sendMessage({ ...message, text: markedText(mark) });
  };
  return cross(
    noted(left, send),
    listenOnMatrix(accounts.matrix, room.matrixRoomId, mark, parts),
    waiting(request, parts),
  );
}

const noted =
  (left: Left, send: () => Promise<void>): (() => Promise<void>) =>
  () => {
    const sending = send();
    left.sending.push(sending);
    return sending;
  };

const waiting = ({ timeoutMs, graceMs }: SmokeRequest, { clock, signal }: SmokeParts) => ({
  clock,
  withinMs: timeoutMs + graceMs,
  signal,
});
