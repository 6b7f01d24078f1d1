import type { RemoteError } from '../../core/remote-error.ts';
import type { WorkspaceRoomChanged } from '../events.ts';
import type { Work } from '../homeserver/acting.ts';
import type { Outcome } from '../outcome.ts';
import type { RoomChange } from './compare.ts';
import { STATE_OF, writeMatrixRoom } from './matrix-room.ts';
import { announceOnMatrix, tellKeptInWorkspace, tellTakenBackInWorkspace } from './notices.ts';
import { uploadedPicture } from './pictures.ts';
import { isRefused } from './refused.ts';
import { agreement, NEVER, type RoomPair } from './values.ts';
import { writeWorkspaceRoom } from './workspace-room.ts';

/** The bot makes the Matrix room what it is in Rocket.Chat. Doing it again changes nothing. */
export async function changeMatrixRoom(work: Work, { changes, settled }: WorkspaceRoomChanged): Promise<Outcome> {
  const pairs = new Map(settled);
  let outcome = 'relayed';
  for (const change of changes) {
    try {
      pairs.set(change.field, await carry(work, change));
    } catch (error) {
      if (!isRefused(error)) throw error;
      outcome = 'refused on Matrix';
      pairs.set(change.field, await takeBack(work, change, error));
    }
  }
  return { outcome, agreed: agreement(work.portal, pairs) };
}

async function carry(work: Work, { field, workspace, homeserver }: RoomChange): Promise<RoomPair> {
  const { parts, portal, roomId } = work;
  if (STATE_OF[field] === undefined) {
    await announceOnMatrix(work, field, workspace);
    return { workspace, homeserver };
  }
  const value = field === 'avatar' && workspace !== '' ? await uploadedPicture(parts, portal, workspace) : workspace;
  // What is no picture that Matrix shows is not carried: the room there keeps the one it has.
  if (value === undefined) {
    parts.log('warn', 'room.avatar-refused', { portal: portal.name, etag: workspace });
    return { workspace, homeserver };
  }
  if (value === homeserver) return { workspace, homeserver };
  parts.passed('apply:before-act');
  await writeMatrixRoom(parts, roomId, field, value);
  parts.passed('apply:acted');
  return { workspace, homeserver: value };
}

/**
 * Matrix refused: Rocket.Chat gets back what the room has there, and is told why, so that nobody takes for common
 * what is not. What can't be put back stays different, is said once, and is tried again only when it is changed.
 */
async function takeBack(work: Work, change: RoomChange, error: RemoteError): Promise<RoomPair> {
  const { parts, portal } = work;
  const { field, workspace, homeserver, agreed } = change;
  const isAsBefore = homeserver === agreed.homeserver;
  // A picture is known here by its name alone: the former one can be had from Matrix, or there was none.
  const before = field === 'avatar' || !isAsBefore ? homeserver : agreed.workspace;
  const isKnown = agreed.workspace !== NEVER;
  const canTakeBack = isKnown && (field !== 'avatar' || homeserver !== '' || agreed.workspace === '');
  const kept = async (): Promise<RoomPair> => {
    await tellKeptInWorkspace(work, field, error);
    return { workspace, homeserver };
  };
  if (!canTakeBack) return kept();
  try {
    const now = await writeWorkspaceRoom(parts, portal, field, before);
    if (now === workspace && now !== before) return await kept();
    await tellTakenBackInWorkspace(work, field, error);
    return { workspace: now, homeserver };
  } catch (second) {
    if (!isRefused(second)) throw second;
    return kept();
  }
}
