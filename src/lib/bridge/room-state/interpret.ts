import type { Side } from '../../core/remote-error.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverRoomChanged, WorkspaceRoomChanged } from '../events.ts';
import type { MatrixEvent } from '../homeserver/event.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { begunFields } from './begun.ts';
import { type ComparedRoom, compareRoom } from './compare.ts';
import { readMatrixRoom } from './matrix-room.ts';
import { isReplaced } from '../room-upgrade/tombstone.ts';
import { comparisonRow } from './row.ts';
import { agreedOnRoom, agreement, type RoomField } from './values.ts';
import { readWorkspaceRoom } from './workspace-room.ts';

const NONE: ReadonlySet<RoomField> = new Set();

/** What was changed about the room in Rocket.Chat since both sides were last settled. The news only says: look. */
export async function interpretWorkspaceRoom(
  parts: BridgeParts,
  portal: Portal,
  ownSendingUnsettled: boolean,
): Promise<WorkspaceRoomChanged | Nothing | { readonly kind: 'later' }> {
  const compared = await comparison(parts, portal, 'workspace', NONE);
  if (compared === undefined) return nothing('gone');
  const { changes, settled, isArchived } = compared;
  // It may be our own change, and what Matrix had when it was made is known only once that is settled; which nothing
  // is before an archived room is opened again.
  if (ownSendingUnsettled && !isArchived && changes.length + settled.size > 0) return { kind: 'later' };
  if (changes.length === 0) return unchanged(portal, compared);
  return { kind: 'room.changed', origin: 'workspace', changes, settled };
}

/** The same of Matrix. What was changed in Rocket.Chat too is left to a row of its own. */
export async function interpretMatrixRoom(
  parts: BridgeParts,
  portal: Portal,
  row: InboxRow,
  { sender, id: eventId, roomId }: MatrixEvent,
): Promise<HomeserverRoomChanged | Nothing> {
  const compared = await comparison(parts, portal, 'homeserver', await begunFields(parts, row));
  // Nobody may write in a room that was replaced, which is no wish for the room in Rocket.Chat. Asked afterwards: what
  // was read before may be of the moment between.
  if (await isReplaced(parts, roomId)) return nothing('replaced');
  if (compared === undefined) return nothing('gone');
  const { changes, settled, overruled } = compared;
  if (overruled.length > 0) {
    await parts.store.inbox.record({ rows: [comparisonRow(portal, `overruled:${row.id}`, parts.clock.now())] });
  }
  if (changes.length === 0) return unchanged(portal, compared);
  return { kind: 'room.changed', origin: 'homeserver', sender, eventId, changes, settled };
}

const unchanged = (portal: Portal, { settled, overruled }: ComparedRoom): Nothing =>
  nothing(overruled.length > 0 ? 'changed in Rocket.Chat too' : 'unchanged', { agreed: agreement(portal, settled) });

/** undefined: the room is gone on one of the sides. */
async function comparison(
  parts: BridgeParts,
  portal: Portal,
  side: Side,
  begun: ReadonlySet<RoomField>,
): Promise<(ComparedRoom & { readonly isArchived: boolean }) | undefined> {
  const { matrixRoomId } = portal;
  if (matrixRoomId === undefined || portal.direct !== undefined) return undefined;
  const workspace = await readWorkspaceRoom(parts, portal);
  if (workspace === undefined) return undefined;
  const homeserver = await readMatrixRoom(parts, matrixRoomId);
  const compared = compareRoom({ side, workspace, homeserver, agreed: await agreedOnRoom(parts, portal), begun });
  return { ...compared, isArchived: workspace.archived === 'archived' };
}
