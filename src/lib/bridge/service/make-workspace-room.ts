import { RcfedError } from '../../core/errors.ts';
import type { WorkspaceRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { WorkspaceRoom } from '../../rocketchat/types.ts';
import type { BridgeParts } from '../parts.ts';
import { inTurn } from './in-turn.ts';

export interface WantedRoom {
  /** What the room is made for: the same again is the same room. */
  readonly key: string;
  readonly type: 'c' | 'p';
  readonly topic: string;
  /** In the order in which they are tried; only where the one before is taken. */
  readonly names: readonly string[];
}

/** Kept while a room is being made, so that the next run finds what this one made before it was cut short. */
interface Making {
  /** By the workspace's clock, ms. */
  readonly since: number;
  /** Asked for, and maybe made. */
  readonly name?: string;
  readonly roomId?: WorkspaceRoomId;
}

const makingCursor = (key: string): string => `making:${key}`;

/**
 * Makes a room in Rocket.Chat with the bot as its owner, once: a room that the bot made by that name since the first
 * try is the one of a run that was cut short. Call {@link roomIsMade} when nothing more is to be done for it.
 * @throws RcfedError RCFED_ROOM_NAME_TAKEN, RCFED_ROOM_NAME_INVALID
 */
export async function makeWorkspaceRoom(parts: BridgeParts, wanted: WantedRoom): Promise<WorkspaceRoom> {
  const room = await inTurn(parts, wanted.key, async () => {
    return (await halfMade(parts, wanted)) ?? (await make(parts, wanted));
  });
  if (wanted.topic === '' || room.topic === wanted.topic) return room;
  await parts.workspace.saveRoomSettings(room.id, { topic: wanted.topic });
  return { ...room, topic: wanted.topic };
}

export const roomIsMade = ({ store }: BridgeParts, key: string): Promise<void> =>
  store.setCursor(makingCursor(key), '');

async function making({ store }: BridgeParts, key: string): Promise<Making | undefined> {
  const kept = await store.cursor(makingCursor(key));
  return kept === undefined || kept === '' ? undefined : (JSON.parse(kept) as Making);
}

/** The room that an earlier run made. */
export async function halfMade(
  parts: BridgeParts,
  { key, type }: Pick<WantedRoom, 'key' | 'type'>,
): Promise<WorkspaceRoom | undefined> {
  const { workspace, store, identity } = parts;
  const before = await making(parts, key);
  if (before?.roomId !== undefined) return await workspace.roomById(before.roomId);
  if (before?.name === undefined) return undefined;
  const { updated } = await workspace.changedRooms(before.since);
  for (const room of updated) {
    if (room.type !== type || (room.name !== before.name && room.displayName !== before.name)) continue;
    const details = await workspace.roomDetails(room.id);
    const isOurs = details?.creator === identity.workspaceBot && details.createdAt >= before.since;
    if (!isOurs || (await store.portals.byWorkspaceRoom(room.id)) !== undefined) continue;
    await store.setCursor(makingCursor(key), JSON.stringify({ ...before, roomId: room.id }));
    return room;
  }
  return undefined;
}

async function make(parts: BridgeParts, { key, type, names }: WantedRoom): Promise<WorkspaceRoom> {
  const { workspace, store } = parts;
  const keep = (state: Making): Promise<void> => store.setCursor(makingCursor(key), JSON.stringify(state));
  const { serverTime: since } = await workspace.info();
  for (const name of names) {
    await keep({ since, name });
    const room = await unlessTaken(workspace.createRoom(type, name));
    if (room === undefined) continue;
    await keep({ since, name, roomId: room.id });
    return room;
  }
  await roomIsMade(parts, key);
  throw nameTaken(names[0] ?? '');
}

export const nameTaken = (name: string, why?: string): RcfedError =>
  new RcfedError('RCFED_ROOM_NAME_TAKEN', `Rocket.Chat has a room ${name} already`, {
    ...(why === undefined ? {} : { why }),
    try: ['Choose another name.', `Federate the room that is there: rcfed rooms link ${shellWord(name)} --new`],
  });

async function unlessTaken(asked: Promise<WorkspaceRoom>): Promise<WorkspaceRoom | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (error.code === 'error-duplicate-channel-name' || error.code === 'error-archived-duplicate-name')
      return undefined;
    if (error.code !== 'error-invalid-room-name') throw error;
    throw new RcfedError('RCFED_ROOM_NAME_INVALID', 'Rocket.Chat does not take that name for a room', {
      why: error.answer ?? 'Its administrator says which characters a name may have.',
      cause: error,
    });
  }
}
