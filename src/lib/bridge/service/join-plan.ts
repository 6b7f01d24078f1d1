import type { RoomReference } from '../../matrix/room-id.ts';
import type { WorkspaceRoom } from '../../rocketchat/types.ts';
import type { ReceivedInvitation } from '../invitations/received.ts';
import type { BridgeParts } from '../parts.ts';
import { MAX_MEMBERS, tooMany } from './bring-members.ts';
import type { JoinRequest, JoinView } from './join-view.ts';
import { type WantedRoom, halfMade, nameTaken } from './make-workspace-room.ts';
import { type RoomPreview, previewRoom } from './preview-room.ts';
import { freeSeats } from './rehearse.ts';
import { wantedRoom } from './wanted-room.ts';

/**
 * What joining a room would do; the bot does not join for it.
 * @param invitation of the bot into that room
 * @throws RcfedError as `joinRoom`, as far as it can be told before
 */
export async function joinInWords(
  parts: BridgeParts,
  reference: RoomReference,
  request: JoinRequest,
  invitation?: ReceivedInvitation,
): Promise<JoinView> {
  const preview = await previewRoom(parts, reference, request.via, invitation);
  const plan =
    preview === undefined
      ? unseen(parts, reference, request)
      : [
          `+ ${parts.homeserver.userId} in ${shown(reference, preview)}`,
          ...(await roomInWords(parts, preview, request.name)),
          await accountsInWords(parts, preview, request.maxMembers ?? MAX_MEMBERS),
        ];
  return { room: null, changed: false, warnings: [], plan };
}

function shown({ room }: RoomReference, { name, members }: RoomPreview): string {
  return [`Matrix room ${room}`, name, members === undefined ? '' : `members: ${members}`]
    .filter((part) => part !== '')
    .join(', ');
}

/** Whether the bot gets in at all, its homeserver says only then. */
const unseen = ({ homeserver }: BridgeParts, { room }: RoomReference, { name }: JoinRequest): readonly string[] => [
  `+ ${homeserver.userId} in Matrix room ${room}, of which nothing is shown to those outside`,
  `+ ${name === undefined ? 'a room named as it' : name} in Rocket.Chat: a channel if anybody may join it, else a private group`,
  '? accounts in Rocket.Chat: known after the bot has joined',
];

async function roomInWords(
  parts: BridgeParts,
  preview: RoomPreview,
  name: string | undefined,
): Promise<readonly string[]> {
  const wanted = await wantedRoom(parts, preview, name);
  const half = await halfJoined(parts, preview, wanted);
  if (half !== undefined) return [`= ${half.name} in Rocket.Chat, made by an earlier run`];
  const kind = wanted.type === 'c' ? 'channel' : 'private group';
  return [
    `+ ${kind} ${await freeName(parts, wanted.names)} in Rocket.Chat`,
    ...(wanted.topic === '' ? [] : [`+ topic ${wanted.topic}`]),
  ];
}

/** The room in Rocket.Chat that a run made which was cut short. */
async function halfJoined(
  parts: BridgeParts,
  { id }: RoomPreview,
  wanted: WantedRoom,
): Promise<WorkspaceRoom | undefined> {
  const portal = await parts.store.portals.byMatrixRoom(id);
  const linking = portal === undefined ? undefined : await parts.workspace.roomById(portal.workspaceRoomId);
  return linking ?? (await halfMade(parts, wanted));
}

/** Private groups without the bot are not seen: with the name of one of those the next is taken. */
async function freeName({ workspace }: BridgeParts, names: readonly string[]): Promise<string> {
  for (const name of names) if ((await workspace.roomByName(name)) === undefined) return name;
  throw nameTaken(names[0] ?? '');
}

async function accountsInWords(parts: BridgeParts, { members }: RoomPreview, most: number): Promise<string> {
  if (parts.identity.mode === 'alias') return '= no accounts in Rocket.Chat: the bridge runs with --identity alias';
  if (members === undefined) return '? accounts in Rocket.Chat: known after the bot has joined';
  if (members > most) return `= no accounts in Rocket.Chat at once: ${tooMany(members)}`;
  const free = await freeSeats(parts);
  return `+ accounts in Rocket.Chat at once: up to ${members}; free seats: ${free ?? 'no limit'}`;
}
