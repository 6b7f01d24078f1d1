import type { MatrixUserId } from '../../core/ids.ts';
import type { Lookups, Names } from '../../format/lookups.ts';
import { namesIn } from '../../format/to-matrix.ts';
import type { Person, Portal } from '../../store/types.ts';
import type { BridgeParts } from '../parts.ts';
import { type PortalIndex, isNamedIn } from '../portal-index.ts';
import type { MayNotifyRoom } from './room-power.ts';

/** What the names in a Rocket.Chat message stand for on Matrix. `speaker` sends it there. */
export type LookUpForMatrix = (portal: Portal, text: string, speaker: MatrixUserId) => Promise<Lookups>;

/** More names than this are no message that somebody wrote, but a way to keep us busy looking them up. */
const MOST = 100;
const NOBODY: Names = { users: [], rooms: [], emoji: [] };

/**
 * `@name` is the ghost of that user if they ever spoke here, or the Matrix user whose puppet has that name;
 * others stay text. `@all` and `@here` notify the Matrix room only where the speaker has the power for it.
 * A custom emoji is its image, uploaded the first time.
 */
export function createLookUpForMatrix(
  parts: BridgeParts,
  portals: PortalIndex,
  mayNotifyRoom: MayNotifyRoom,
): LookUpForMatrix {
  return async (portal, text, speaker) => {
    // Most messages name nobody: what a message has is read once more only for that.
    const names = /[@#]|:[\w.+-]+:/.test(text) ? await namesIn(text) : NOBODY;
    const users = new Map<string, { matrixUserId: MatrixUserId; displayName: string }>();
    for (const name of names.users.slice(0, MOST)) {
      const person =
        (await parts.store.people.byUsername('puppet', name)) ?? (await parts.store.people.byUsername('ghost', name));
      if (person !== undefined) users.set(name, { matrixUserId: person.matrixUserId, displayName: shownName(person) });
    }
    const rooms = new Map<string, { alias: string; name: string }>();
    for (const other of names.rooms.length === 0 ? [] : portals.all()) {
      const alias = other.alias ?? other.matrixRoomId;
      if (alias !== undefined && isNamedIn(other, portal)) rooms.set(other.name, { alias, name: other.name });
    }
    const images = new Map<string, { mxc: string; shortCode: string }>();
    for (const shortCode of names.emoji.slice(0, MOST)) {
      const mxc = await parts.emoji.imageOf(shortCode);
      if (mxc !== undefined) images.set(shortCode, { mxc, shortCode });
    }
    const mayMentionRoom =
      portal.matrixRoomId !== undefined &&
      /@(?:all|here)/.test(text) &&
      (await mayNotifyRoom(portal.matrixRoomId, speaker));
    return {
      user: (name) => users.get(name),
      room: (name) => rooms.get(name),
      emoji: (shortCode) => images.get(shortCode),
      mayMentionRoom,
    };
  };
}

/** Puppets are named `Alice (example.org)`, or with their whole id: on Matrix that says itself where somebody is from. */
function shownName({ kind, displayName, matrixUserId }: Person): string {
  const server = matrixUserId.slice(matrixUserId.indexOf(':') + 1);
  const from = [server, matrixUserId].map((each) => ` (${each})`).find((each) => displayName.endsWith(each));
  return kind === 'puppet' && from !== undefined ? displayName.slice(0, -from.length) : displayName;
}
