import type { MatrixUserId } from '../../core/ids.ts';
import type { Lookups, Names } from '../../format/lookups.ts';
import { namesIn } from '../../format/to-matrix.ts';
import { parseUserId } from '../../matrix/user-id.ts';
import type { Person } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { type PortalIndex, isNamedIn } from '../portal-index.ts';
import type { MayNotifyRoom } from './room-power.ts';
import { serverOf } from '../../matrix/server-name.ts';

/** What the names in a Rocket.Chat message stand for on Matrix. `speaker` sends it there. */
export type LookUpForMatrix = (portal: Portal, text: string, speaker: MatrixUserId) => Promise<Lookups>;

/** More names than this are no message that somebody wrote, but a way to keep us busy looking them up. */
const MOST = 100;
const NOBODY: Names = { users: [], rooms: [], emoji: [] };

/**
 * `@name` is the ghost of that user if they ever spoke here, or the Matrix user whose puppet has that name; a whole
 * Matrix id, `@alice:example.org`, is that user, of whom `onStranger` tells where they have no puppet. Others stay
 * text. `@all` and `@here` notify the Matrix room only where the speaker has the power for it.
 * A custom emoji is its image, uploaded the first time.
 */
export function createLookUpForMatrix(
  parts: BridgeParts,
  portals: PortalIndex,
  mayNotifyRoom: MayNotifyRoom,
  onStranger: (portal: Portal, id: MatrixUserId) => void,
): LookUpForMatrix {
  return async (portal, text, speaker) => {
    // Most messages name nobody: what a message has is read once more only for that.
    const names = /[@#]|:[\w.+-]+:/.test(text) ? await namesIn(text) : NOBODY;
    const users = new Map<string, { matrixUserId: MatrixUserId; displayName: string }>();
    for (const name of names.users.slice(0, MOST)) {
      const person = await personNamed(parts, name);
      const stranger = person === undefined ? parseUserId(`@${name}`)?.userId : undefined;
      if (stranger !== undefined) {
        users.set(name, { matrixUserId: stranger, displayName: stranger });
        onStranger(portal, stranger);
      }
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

async function personNamed({ store: { people } }: BridgeParts, name: string): Promise<Person | undefined> {
  if (name.includes(':')) return people.byMatrixUser(`@${name}` as MatrixUserId);
  return (await people.byUsername('puppet', name)) ?? (await people.byUsername('ghost', name));
}

/** Puppets are named `Alice (example.org)`, or with their whole id: on Matrix that says itself where somebody is from. */
function shownName({ kind, displayName, matrixUserId }: Person): string {
  const from = [serverOf(matrixUserId), matrixUserId]
    .map((each) => ` (${each})`)
    .find((each) => displayName.endsWith(each));
  return kind === 'puppet' && from !== undefined ? displayName.slice(0, -from.length) : displayName;
}
