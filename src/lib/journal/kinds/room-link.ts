import * as v from 'valibot';
import type { BridgeService, RoomView } from '../../bridge/service/views.ts';
import type { ChangeKind } from '../change-kind.ts';
import { putBack } from '../undone.ts';
import { roomNow } from './room-now.ts';
import { throughBridge } from './through-bridge.ts';

const link = v.object({
  matrixRoomId: v.string(),
  /** That the bridge made, which goes with the link. */
  alias: v.nullable(v.string()),
  retention: v.picklist(['keep', 'redact']),
});
type Link = v.InferOutput<typeof link>;

export const roomLinkChange = v.object({
  kind: v.literal('room-link'),
  /** Name of the Rocket.Chat room, or how it was named. */
  room: v.string(),
  /** null: not known before it was done. */
  roomId: v.nullable(v.string()),
  /** null: not linked. */
  from: v.nullable(link),
  to: v.nullable(link),
});
export type RoomLink = v.InferOutput<typeof roomLinkChange>;

/** null: not linked, or not to the end. */
export function linkOf(room: RoomView | undefined): Link | null {
  if (room?.matrixRoomId === undefined || room.state !== 'active') return null;
  const { matrixRoomId, alias = null, retention } = room;
  return { matrixRoomId, alias, retention };
}

export const isSameLink = (one: Link | null, other: Link | null): boolean =>
  one?.matrixRoomId === other?.matrixRoomId && one?.retention === other?.retention;

const inWords = (to: Link | null): string =>
  to === null ? 'not linked' : `linked with ${to.alias ?? to.matrixRoomId} (${to.retention})`;

/** Which Matrix room a room of Rocket.Chat is linked with. */
export const roomLink: ChangeKind<RoomLink> = {
  subject: ({ room }) => room,
  inWords: ({ room, from, to }) => `Room ${room}: ${inWords(from)} → ${inWords(to)}`,
  undo: (change, parts) =>
    throughBridge(parts, async (service) => {
      const { room, from, to } = change;
      const found = await roomNow(service, change);
      const now = linkOf(found);
      const present = {
        // A link that was cut short is none, and is given up with the room that was claimed for it.
        isAsBefore: isSameLink(now, from) && (now !== null || found === undefined),
        isAsLeft: isSameLink(now, to) || change.roomId === null,
        what: `${room} is ${inWords(now)} now`,
      };
      return await putBack(parts, present, () => linkAsBefore(service, change, found));
    }),
};

/** What Rocket.Chat keeps and what Matrix has lost with the link that ended, is said. */
async function linkAsBefore(
  service: BridgeService,
  { room, roomId, from }: RoomLink,
  found: RoomView | undefined,
): Promise<string | null> {
  const id = found?.roomId ?? roomId ?? room;
  const warnings: string[] = [];
  if (found !== undefined && found.matrixRoomId !== from?.matrixRoomId)
    warnings.push(...(await service.unlink({ room: id })).warnings);
  if (from !== null) {
    const { matrixRoomId, retention } = from;
    const linked = await service.link({ room: id, matrixRoom: matrixRoomId, retention });
    warnings.push(...linked.warnings);
    if (from.alias !== null && linked.room.alias !== from.alias) warnings.push(`The alias ${from.alias} is gone.`);
  }
  return warnings.length === 0 ? null : warnings.join(' ');
}
