import { RcfedError } from '../../core/errors.ts';
import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { puppetUsername } from '../../matrix/puppet-name.ts';
import type { WorkspaceRoom, WorkspaceUser } from '../../rocketchat/types.ts';
import { refuseUnbridgeable } from '../homeserver/room-claim.ts';
import type { BridgeParts } from '../parts.ts';
import { othersIn } from './bring-members.ts';
import { assertBotModerates, federableRoom, roomNamed } from './federable.ts';
import { linkedElsewhere } from './link.ts';
import { roomIdOf, roomReference } from './matrix-room.ts';
import { aliasesFor } from './new-matrix-room.ts';
import { rehearsalCost } from './rehearsal-cost.ts';
import type { RehearsalView, RehearseRequest } from './rehearse-view.ts';
import { matrixHalf } from './show.ts';
import type { MatrixHalfView } from './show-view.ts';

/** Below it the bot may not change the room: what moderators delete in Rocket.Chat stays there. */
const ENOUGH_POWER = 50;

/**
 * What linking two rooms would mean. Reads, and changes nothing on either side: the bot does not even join.
 * @throws RcfedError RCFED_ROOM_UNKNOWN, RCFED_MATRIX_ID_INVALID, RCFED_SERVER_BLOCKED
 */
export async function rehearseLink(parts: BridgeParts, request: RehearseRequest): Promise<RehearsalView> {
  const refusals: string[] = [];
  const room = await workspaceRoom(parts, request.room, refusals);
  const wanted =
    request.matrixRoom === undefined ? undefined : await roomIdOf(parts, roomReference(parts, request.matrixRoom));
  const seen = wanted === undefined ? null : await matrixHalf(parts.homeserver, wanted);
  await unlessRefused(refusals, () => assertFree(parts, room, wanted));
  if (wanted !== undefined && seen !== null) await unlessRefused(refusals, () => refuseUnbridgeable(parts, wanted));
  const colleagues = (await colleaguesIn(parts, room)).length;
  const external = wanted === undefined ? [] : seen === null ? undefined : await othersIn(parts, wanted);
  const newcomers = external === undefined ? undefined : await withoutPuppet(parts, external);
  return {
    room: { name: room.name, roomId: room.id, type: room.type === 'p' ? 'group' : 'channel' },
    matrixRoom: {
      roomId: wanted ?? null,
      alias:
        wanted === undefined
          ? firstAlias(parts, room)
          : request.matrixRoom?.startsWith('#')
            ? request.matrixRoom
            : null,
      isNew: wanted === undefined,
      seen: wanted === undefined || seen !== null,
    },
    people: { colleagues, external: external?.length ?? null },
    seats: { needed: parts.identity.mode === 'alias' ? 0 : (newcomers?.length ?? null), free: await freeSeats(parts) },
    collisions: await collisions(parts, newcomers ?? []),
    history: historyOf(room, wanted === undefined, seen),
    degrades: degradations(parts, wanted, seen),
    refused: refusals[0] ?? null,
    cost: rehearsalCost(colleagues, parts.identity.mode === 'alias' ? 0 : (newcomers?.length ?? 0)),
  };
}

/** As a link would: what it would refuse is kept, what is not there at all is an error. */
async function workspaceRoom(parts: BridgeParts, text: string, refusals: string[]): Promise<WorkspaceRoom> {
  const room = await roomNamed(parts, text);
  await unlessRefused(refusals, async () => assertBotModerates(parts, await federableRoom(parts, text)));
  if (room !== undefined) return room;
  throw new RcfedError('RCFED_ROOM_UNKNOWN', `No room ${text} is seen in Rocket.Chat`);
}

async function unlessRefused(refusals: string[], check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof RcfedError)) throw error;
    refusals.push(error.why === undefined ? error.message : `${error.message}: ${error.why}`);
  }
}

async function assertFree(
  { store }: BridgeParts,
  room: WorkspaceRoom,
  wanted: MatrixRoomId | undefined,
): Promise<void> {
  const mine = await store.portals.byWorkspaceRoom(room.id);
  if (mine !== undefined && (mine.state === 'active' || mine.matrixRoomId !== wanted))
    throw linkedElsewhere(room.name, mine);
  const other = wanted === undefined ? undefined : await store.portals.byMatrixRoom(wanted);
  if (other !== undefined && other.workspaceRoomId !== room.id)
    throw linkedElsewhere('The Matrix room', { ...other, alias: `#${other.name}` });
}

/** Accounts of our own are nobody. A private group without the bot can't be read. */
async function colleaguesIn(parts: BridgeParts, room: WorkspaceRoom): Promise<readonly WorkspaceUser[]> {
  const people: WorkspaceUser[] = [];
  for (const user of await parts.workspace.members(room))
    if (user.active && !(await parts.isOwnAccount(user.id))) people.push(user);
  return people;
}

async function withoutPuppet(
  { store }: BridgeParts,
  people: readonly MatrixUserId[],
): Promise<readonly MatrixUserId[]> {
  const accounts = await Promise.all(people.map((person) => store.people.byMatrixUser(person)));
  return people.filter((_, index) => accounts[index]?.workspaceUserId === undefined);
}

async function collisions(parts: BridgeParts, people: readonly MatrixUserId[]): Promise<RehearsalView['collisions']> {
  if (parts.identity.mode === 'alias') return [];
  const taken: RehearsalView['collisions'][number][] = [];
  for (const user of people) {
    const username = puppetUsername(user);
    if ((await parts.workspace.userByName(username)) !== undefined) taken.push({ user, username });
  }
  return taken;
}

/** Who may not ask does not know: then none is told. */
export async function freeSeats({ workspace }: BridgeParts): Promise<number | null> {
  try {
    const { active, max } = await workspace.seats();
    return max === undefined ? null : Math.max(0, max - active);
  } catch (error) {
    if (error instanceof RemoteError && error.failure === 'refused') return null;
    throw error;
  }
}

const firstAlias = (parts: BridgeParts, room: WorkspaceRoom): string =>
  `#${aliasesFor(parts, room)[0] ?? ''}:${parts.identity.serverName}`;

const ON_MATRIX: Readonly<Record<string, string>> = {
  world_readable: 'anybody, members or not, reads everything said since the link',
  shared: 'members read everything said since the link, also from before they came',
  invited: 'members read what was said since they were invited',
  joined: 'members read what was said since they joined',
};

function historyOf(room: WorkspaceRoom, isNew: boolean, seen: MatrixHalfView | null): RehearsalView['history'] {
  const visibility = isNew ? (room.type === 'p' ? 'joined' : 'shared') : seen?.historyVisibility;
  const readers = room.type === 'p' ? 'members' : 'everybody who may see channels';
  return {
    inWorkspace: `${readers} read everything said since the link, also from before they came`,
    onMatrix: ON_MATRIX[visibility ?? ''] ?? 'not known before the bot is in the room',
  };
}

function degradations(
  { identity }: BridgeParts,
  wanted: MatrixRoomId | undefined,
  seen: MatrixHalfView | null,
): readonly string[] {
  const found: string[] = [];
  if (identity.mode === 'alias')
    found.push(
      'People from Matrix have no accounts of their own: no direct messages, no reactions or receipts of theirs',
    );
  if (wanted === undefined) return found;
  if (seen === null) {
    found.push('The bot is not in the Matrix room: who is there and what it may do is known after it has joined');
    return found;
  }
  if (seen.power !== null && seen.power < ENOUGH_POWER)
    found.push(
      `The bot has power ${seen.power}: what moderators delete or pin, and the room's name, is not carried over to Matrix`,
    );
  if (seen.joinRule !== 'public' && seen.power !== null && seen.power < ENOUGH_POWER)
    found.push('The room is joined by invitation: colleagues appear only if the bot may invite them');
  if (!['10', '11', '12'].includes(seen.version))
    found.push(`The room has version ${seen.version}: restricted joins and newer protections are not to be had there`);
  return found;
}
