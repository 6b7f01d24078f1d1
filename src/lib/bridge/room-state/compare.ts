import type { Side } from '../../core/remote-error.ts';
import { ROOM_FIELDS, type RoomField, type RoomPair, type RoomValues } from './values.ts';

/** One field that somebody changed: what it is on both sides now, and what both had before. */
export interface RoomChange extends RoomPair {
  readonly field: RoomField;
  readonly agreed: RoomPair;
}

export interface ComparedRoom {
  /** Changed on the side that was asked about. */
  readonly changes: readonly RoomChange[];
  /** Changed on Matrix, and in Rocket.Chat too. */
  readonly overruled: readonly RoomField[];
  /** Equal by now, or never compared before: to be agreed without doing anything. */
  readonly settled: ReadonlyMap<RoomField, RoomPair>;
}

interface Compared {
  /** Where something changed. */
  readonly side: Side;
  readonly workspace: RoomValues;
  readonly homeserver: RoomValues;
  readonly agreed: ReadonlyMap<RoomField, RoomPair>;
  /** Fields that an earlier try of the same row was about to write in Rocket.Chat: they may differ through it alone. */
  readonly begun: ReadonlySet<RoomField>;
}

/**
 * What one side changed since both were last settled. Where both did, Rocket.Chat's counts: the portal is its room,
 * and the clocks of two servers can't say who came later.
 */
export function compareRoom({ side, workspace, homeserver, agreed, begun }: Compared): ComparedRoom {
  const changes: RoomChange[] = [];
  const overruled: RoomField[] = [];
  const settled = new Map<RoomField, RoomPair>();
  for (const field of ROOM_FIELDS) {
    const now = { workspace: workspace[field], homeserver: homeserver[field] };
    const known = agreed.get(field);
    if (known === undefined) {
      settled.set(field, now);
      continue;
    }
    const inWorkspace = now.workspace !== known.workspace;
    const onMatrix = now.homeserver !== known.homeserver;
    if (!inWorkspace && !onMatrix) continue;
    if (now.workspace === now.homeserver) settled.set(field, now);
    else if (side === 'workspace' ? inWorkspace : begun.has(field) || !inWorkspace)
      changes.push({ field, ...now, agreed: known });
    else if (side === 'homeserver' && onMatrix) overruled.push(field);
  }
  return { changes, overruled, settled };
}
