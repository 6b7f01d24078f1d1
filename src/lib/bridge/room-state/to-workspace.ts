import type { HomeserverRoomChanged } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import type { Work } from '../workspace/acting.ts';
import { beginFields } from './begun.ts';
import type { RoomChange } from './compare.ts';
import { writeMatrixRoom } from './matrix-room.ts';
import { tellKeptOnMatrix, tellTakenBackOnMatrix } from './notices.ts';
import { isRefused } from './refused.ts';
import { agreement, NEVER, type RoomPair } from './values.ts';
import { writeWorkspaceRoom } from './workspace-room.ts';

/** The bot makes the room in Rocket.Chat what it is on Matrix. Doing it again changes nothing. */
export async function changeWorkspaceRoom(work: Work, event: HomeserverRoomChanged): Promise<Outcome> {
  const { parts, row } = work;
  const pairs = new Map(event.settled);
  let outcome = 'relayed';
  await beginFields(
    parts,
    row,
    event.changes.map(({ field }) => field),
  );
  for (const change of event.changes) {
    const done = await carry(work, event, change);
    if (done.isRefused) outcome = 'refused by Rocket.Chat';
    pairs.set(change.field, done.pair);
  }
  return { outcome, agreed: agreement(work.portal, pairs) };
}

interface Done {
  readonly pair: RoomPair;
  readonly isRefused: boolean;
}

async function carry(work: Work, event: HomeserverRoomChanged, change: RoomChange): Promise<Done> {
  const { parts, portal } = work;
  const { field, homeserver } = change;
  let reason: string;
  try {
    parts.passed('apply:before-act');
    const workspace = await writeWorkspaceRoom(parts, portal, field, homeserver);
    parts.passed('apply:acted');
    // Of a broadcast room Rocket.Chat says yes and leaves it read-only. Names and pictures may be others there.
    const isDone = field === 'name' || field === 'avatar' || workspace === homeserver;
    if (isDone) return { pair: { workspace, homeserver }, isRefused: false };
    reason = 'Rocket.Chat left it as it was';
  } catch (error) {
    if (!isRefused(error)) throw error;
    reason = error.inShort;
  }
  return { pair: await takeBack(work, event, change, reason), isRefused: true };
}

/** As on the other side: Matrix gets back what the room has in Rocket.Chat, and is told why. */
async function takeBack(
  work: Work,
  event: HomeserverRoomChanged,
  { field, workspace, homeserver, agreed }: RoomChange,
  reason: string,
): Promise<RoomPair> {
  const { parts, portal } = work;
  if (agreed.homeserver === NEVER) {
    await tellKeptOnMatrix(work, event, field, reason);
    return { workspace, homeserver };
  }
  const isAsBefore = workspace === agreed.workspace || field === 'avatar';
  const before = isAsBefore ? agreed.homeserver : workspace;
  try {
    if (portal.matrixRoomId !== undefined) await writeMatrixRoom(parts, portal.matrixRoomId, field, before);
    await tellTakenBackOnMatrix(work, event, field, reason);
    return { workspace, homeserver: before };
  } catch (error) {
    if (!isRefused(error)) throw error;
    await tellKeptOnMatrix(work, event, field, reason);
    return { workspace, homeserver };
  }
}
