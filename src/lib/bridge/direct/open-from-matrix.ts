import type { MatrixUserId, WorkspaceRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { openRoom } from '../invitations/open-room.ts';
import type { Voice } from '../workspace/puppets.ts';
import { bringThird } from './bring-third.ts';
import { announcedBy } from './announced.ts';
import { type Company, accountsOf, companyOf, settledMembers } from './company.ts';
import { userOfGhost } from './find-user.ts';
import { endIfLeft } from './end.ts';
import { grow, growingFrom } from './grow.ts';
import { type Invite, readDeparture, readInvite } from './invite.ts';
import { TAKEN_BACK, joins } from './joins.ts';
import { mayWrite, unwilling } from './may-write.ts';
import {
  type Opened,
  type OpeningParts,
  OPENED,
  activate,
  beginAfter,
  carriedSince,
  directName,
  newestOf,
  readOn,
  setMembers,
  settled,
} from './opening.ts';
import { openRoomOf } from './open-room.ts';
import {
  ENCRYPTED,
  NO_ACCOUNTS,
  type Refusal,
  decline,
  failed,
  noSeat,
  refuse,
  tooMany,
  withBlocked,
} from './refuse.ts';
import { supersede } from './supersede.ts';

/** The room is no conversation of a few people, but one for many. */
const NO_DIRECT = 'no direct message';

/**
 * Somebody on Matrix invited a ghost: it joins, and the inviter's puppet opens the direct message in Rocket.Chat.
 * What happens to the members of one that is open comes the same way.
 */
export async function openFromMatrix(opening: OpeningParts, row: InboxRow): Promise<Opened> {
  const { parts, ghosts } = opening;
  const raw: unknown = JSON.parse(row.body ?? '{}');
  const departure = readDeparture(raw);
  if (departure !== undefined) return endIfLeft(opening, departure);
  const invite = readInvite(raw);
  if (invite === undefined) return settled('malformed');
  const growing = await growingFrom(parts, invite);
  if (growing !== undefined) return grow(opening, growing, invite);
  const existing = await parts.store.portals.byMatrixRoom(invite.roomId);
  const isOfRoom = existing !== undefined && existing.direct === undefined;
  if (isOfRoom && existing.state === 'active') return settled('ignored');
  if (existing?.state === 'active') return bringThird(opening, existing, invite);
  const user = await userOfGhost(parts, invite.invited);
  if (user === undefined) return settled('nobody of that name in Rocket.Chat');
  const ghost = await ghosts.account(user);
  if (!parts.access.admitsUser(invite.inviter)) return settled(await decline(ghost, invite));
  if (!(await joins(ghost, invite))) return settled(TAKEN_BACK);
  // A room for many that was cut short while it was opened goes on.
  if (isOfRoom) return openRoom(opening, invite, ghost);
  const company = (await mayWrite(parts, user)) ? await companyIn(opening, ghost, invite) : unwilling(user);
  if (company === NO_DIRECT) return openRoom(opening, invite, ghost);
  if ('text' in company) return settled(await refuse(parts, ghost, invite, company));
  return open(opening, invite, ghost, company);
}

async function companyIn(
  { parts, puppets }: OpeningParts,
  ghost: MatrixApi,
  invite: Invite,
): Promise<Company | Refusal | typeof NO_DIRECT> {
  const { identity } = parts;
  if ((await ghost.state(invite.roomId, 'm.room.encryption', '')) !== undefined) return ENCRYPTED;
  if (!invite.isDirect && (await isForMany(ghost, invite))) return NO_DIRECT;
  const members = await settledMembers(parts.clock, ghost, invite.roomId, await announcedBy(ghost, invite));
  if (members.includes(identity.matrixBot)) return NO_DIRECT;
  const { directMembers } = await parts.settings();
  if (members.length > directMembers) return invite.isDirect ? tooMany(directMembers) : NO_DIRECT;
  if (identity.mode === 'alias') return NO_ACCOUNTS;
  const company = await companyOf(parts, invite.inviter, members);
  const blocked = company.puppets.find((id) => !parts.access.admitsUser(id));
  if (blocked !== undefined) return withBlocked(blocked);
  for (const id of company.puppets) if (!(await puppets.hasSeat(id))) return noSeat(id);
  return company;
}

/** Anybody may join it, or it has a name: what people make for more than a conversation. */
async function isForMany(ghost: MatrixApi, { roomId }: Invite): Promise<boolean> {
  const rules = await ghost.state(roomId, 'm.room.join_rules', '');
  const name = (await ghost.state(roomId, 'm.room.name', ''))?.['name'];
  return rules?.['join_rule'] === 'public' || (typeof name === 'string' && name !== '');
}

async function open(opening: OpeningParts, invite: Invite, ghost: MatrixApi, company: Company): Promise<Opened> {
  const { parts, puppets, ghosts } = opening;
  const { voice, own, others } = await accountsOf(parts, puppets, company);
  const opened = await openInWorkspace(voice, others);
  if (typeof opened !== 'string') return settled(await refuse(parts, ghost, invite, opened));
  return opening.serial.run(opened, async () => {
    const name = directName(
      own,
      company.users.map(({ username }) => username),
    );
    const portal = await claim(opening, { roomId: opened, name, invite, ghost: ghost.userId });
    if (portal === undefined) return { kind: 'later' };
    parts.passed('open:claimed');
    const since = await carriedSince(opening, opened);
    await setMembers(parts, portal, company.puppets);
    await beginAfter(parts, portal, invite.eventId);
    for (const user of company.users) await ghosts.inRoom(portal, user);
    await activate(opening, portal, invite.roomId, since);
    return OPENED;
  });
}

/** As the inviter's puppet. */
async function openInWorkspace({ api }: Voice, others: readonly string[]): Promise<WorkspaceRoomId | Refusal> {
  try {
    return await openRoomOf(api, others);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== 'error-direct-message-max-user-exceeded') throw error;
    return failed('too many people');
  }
}

interface Claim {
  readonly roomId: WorkspaceRoomId;
  readonly name: string;
  readonly invite: Invite;
  readonly ghost: MatrixUserId;
}

/** undefined: the Matrix room was made for another direct message, which has to be open first. */
async function claim(opening: OpeningParts, { roomId, name, invite, ghost }: Claim): Promise<Portal | undefined> {
  const { parts } = opening;
  const { portals } = parts.store;
  const existing = await portals.byWorkspaceRoom(roomId);
  if (existing?.matrixRoomId === invite.roomId) return existing;
  const holder = await portals.byMatrixRoom(invite.roomId);
  if (holder !== undefined && holder.direct?.ghost !== ghost) return undefined;
  // A try that was cut short, before more people came.
  if (holder !== undefined) await opening.portalChanged(await portals.update(holder.id, { state: 'closed' }));
  if (existing !== undefined) await supersede(opening, existing, invite.roomId);
  // It may have been given up for a newer one before.
  await opening.older.forget(invite.roomId);
  const { portal } = await portals.create({
    workspaceRoomId: roomId,
    matrixRoomId: invite.roomId,
    state: 'linking',
    roomType: 'd',
    name,
    alias: undefined,
    retention: 'keep',
    direct: { puppet: invite.inviter, ghost },
  });
  const before = newestOf(opening.older, roomId);
  if (before !== undefined) await readOn(parts, before, portal);
  return portal;
}
