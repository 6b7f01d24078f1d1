import type { MatrixUserId, WorkspaceRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { InboxRow, Portal } from '../../store/types.ts';
import type { WorkspaceAuthor } from '../events.ts';
import { sayInWorkspace, sayOnMatrix } from '../notices/say.ts';
import type { Voice } from '../workspace/puppets.ts';
import { userOfGhost } from './find-user.ts';
import { partsIn } from './hands.ts';
import { endIfLeft } from './end.ts';
import { mayWrite, unwilling } from './may-write.ts';
import { type Invite, mayBeGhost, readDeparture, readInvite } from './invite.ts';
import {
  type Opened,
  type OpeningParts,
  OPENED,
  activate,
  beginAfter,
  carriedSince,
  directName,
  setMembers,
  settled,
} from './opening.ts';
import {
  ENCRYPTED,
  NO_ACCOUNTS,
  NOT_DIRECT,
  type Refusal,
  failed,
  noSeat,
  refuse,
  tooMany,
  withBlocked,
} from './refuse.ts';
import { supersede } from './supersede.ts';

/** So often a room's members are read until nobody more was invited: clients invite one after the other. */
const LOOKS = 8;
const LOOK_AGAIN_MS = 400;
/** `DirectMesssage_maxUsers`, unless an admin changed it. */
const MOST_MEMBERS = 8;

/** Who is in the room, on either side. */
interface Company {
  readonly puppets: readonly MatrixUserId[];
  readonly users: readonly WorkspaceAuthor[];
}

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
  const existing = await parts.store.portals.byMatrixRoom(invite.roomId);
  if (existing?.direct === undefined && existing !== undefined) return settled('ignored');
  if (existing?.state === 'active') return bringThird(opening, existing, invite);
  const user = await userOfGhost(parts, invite.invited);
  if (user === undefined) return settled('nobody of that name in Rocket.Chat');
  const ghost = await ghosts.account(user);
  if (!parts.access.admitsUser(invite.inviter)) return settled(await declined(ghost, invite));
  if (!(await joins(ghost, invite))) return settled('the invitation was taken back');
  const company = (await mayWrite(parts, user)) ? await companyOf(opening, ghost, invite) : unwilling(user);
  if ('text' in company) return settled(await refuse(parts, ghost, invite, company));
  return open(opening, invite, ghost, company);
}

async function joins(ghost: MatrixApi, { roomId }: Invite): Promise<boolean> {
  try {
    await ghost.join(roomId);
    return true;
  } catch (error) {
    if (error instanceof RemoteError && (error.status === 403 || error.status === 404)) return false;
    throw error;
  }
}

/** Said to nobody there: what a server is kept out for is its own to guess. */
async function declined(ghost: MatrixApi, { roomId }: Invite): Promise<string> {
  await ghost.leave(roomId).catch((error: unknown) => {
    if (!(error instanceof RemoteError) || error.failure !== 'refused') throw error;
  });
  return 'blocked';
}

async function companyOf(
  { parts, puppets: accounts }: OpeningParts,
  ghost: MatrixApi,
  invite: Invite,
): Promise<Company | Refusal> {
  const { identity } = parts;
  if (identity.mode === 'alias') return NO_ACCOUNTS;
  if ((await ghost.state(invite.roomId, 'm.room.encryption', '')) !== undefined) return ENCRYPTED;
  const rules = await ghost.state(invite.roomId, 'm.room.join_rules', '');
  const members = await settledMembers(parts.clock, ghost, invite);
  if ((!invite.isDirect && rules?.['join_rule'] === 'public') || members.includes(identity.matrixBot))
    return NOT_DIRECT;
  if (members.length > MOST_MEMBERS) return tooMany(MOST_MEMBERS);
  const puppets = new Set<MatrixUserId>([invite.inviter]);
  const users: WorkspaceAuthor[] = [];
  for (const member of members) {
    const user = mayBeGhost(identity, member) ? await userOfGhost(parts, member) : undefined;
    if (user !== undefined) {
      if (await mayWrite(parts, user)) users.push(user);
    } else if (identity.prefix === '' || !mayBeGhost(identity, member)) puppets.add(member);
  }
  const blocked = [...puppets].find((id) => !parts.access.admitsUser(id));
  if (blocked !== undefined) return withBlocked(blocked);
  for (const puppet of puppets) if (!(await accounts.hasSeat(puppet))) return noSeat(puppet);
  return { puppets: [...puppets], users };
}

async function settledMembers(
  clock: OpeningParts['parts']['clock'],
  ghost: MatrixApi,
  { roomId }: Invite,
): Promise<readonly MatrixUserId[]> {
  let members = [...(await ghost.membersAndInvited(roomId)).keys()];
  for (let looks = 1; looks < LOOKS; looks += 1) {
    await clock.sleep(LOOK_AGAIN_MS);
    const now = [...(await ghost.membersAndInvited(roomId)).keys()];
    if (now.length === members.length) return now;
    members = now;
  }
  return members;
}

async function open(opening: OpeningParts, invite: Invite, ghost: MatrixApi, company: Company): Promise<Opened> {
  const { parts, puppets, ghosts } = opening;
  const voices: Voice[] = [];
  for (const id of company.puppets) voices.push(await puppets.account(id));
  const names = await usernamesOf(opening, company);
  const opened = await openInWorkspace(voices[0], company, names);
  if (typeof opened !== 'string') return settled(await refuse(parts, ghost, invite, opened));
  return opening.serial.run(opened, async () => {
    const since = await carriedSince(parts, opened);
    const name = directName(names, usernames(company));
    const portal = await claim(opening, { roomId: opened, name, invite, ghost: ghost.userId });
    parts.passed('open:claimed');
    await setMembers(parts, portal, company.puppets);
    await beginAfter(parts, portal, invite.eventId);
    for (const user of company.users) await ghosts.inRoom(portal, user);
    await activate(opening, portal, invite.roomId, since);
    return OPENED;
  });
}

const usernames = ({ users }: Company): string[] => users.map(({ username }) => username);

async function usernamesOf({ parts }: OpeningParts, { puppets }: Company): Promise<string[]> {
  const people = await Promise.all(puppets.map((id) => parts.store.people.byMatrixUser(id)));
  return people.flatMap((person) => person?.username ?? []);
}

/** As the inviter's puppet. */
async function openInWorkspace(
  inviter: Voice | undefined,
  company: Company,
  [own, ...others]: readonly string[],
): Promise<WorkspaceRoomId | Refusal> {
  if (inviter === undefined || own === undefined) throw new Error('nobody from Matrix is in the room');
  const wanted = [...usernames(company), ...others];
  try {
    const { id, usernames: members } = await inviter.api.openDirect(wanted);
    // Names that it does not know are left out without a word, down to a conversation with oneself.
    const missing = wanted.filter((name) => members.length > 0 && !members.includes(name));
    if (missing.length > 0) throw new Error(`Rocket.Chat left out ${missing.join(', ')}`);
    return id;
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (error.code === 'error-direct-message-max-user-exceeded') return failed('too many people');
    throw error;
  }
}

interface Claim {
  readonly roomId: WorkspaceRoomId;
  readonly name: string;
  readonly invite: Invite;
  readonly ghost: MatrixUserId;
}

async function claim(opening: OpeningParts, { roomId, name, invite, ghost }: Claim): Promise<Portal> {
  const { portals, inbox } = opening.parts.store;
  const existing = await portals.byWorkspaceRoom(roomId);
  if (existing?.matrixRoomId === invite.roomId) return existing;
  if (existing !== undefined) await supersede(opening, existing, invite.roomId);
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
  // What still waits for the older room is said in the newer one.
  if (existing !== undefined) await inbox.mergeLanes([existing.lane], portal.lane);
  return portal;
}

/** Somebody is invited into a direct message that is open: Rocket.Chat can't add them, which is said on both sides. */
async function bringThird({ parts, ghosts }: OpeningParts, portal: Portal, invite: Invite): Promise<Opened> {
  const user = await userOfGhost(parts, invite.invited);
  if (user !== undefined) {
    const here = await partsIn(parts, portal);
    const members = await here.workspace.members({ id: portal.workspaceRoomId, type: portal.roomType });
    if (members.some(({ id }) => id === user.id)) {
      await ghosts.distrust(portal, user);
      await ghosts.inRoom(portal, user);
      return settled('joined again');
    }
    await (await ghosts.account(user)).leave(invite.roomId);
  } else if (mayBeGhost(parts.identity, invite.invited)) return settled('nobody of that name in Rocket.Chat');
  const person = await parts.store.people.byMatrixUser(invite.invited);
  if (person !== undefined && (await parts.store.people.isMember(portal.id, person.id))) return settled('ignored');
  parts.log('warn', 'notice.direct-is-fixed', { portal: portal.name, invited: invite.invited });
  const cause = `third:${invite.eventId}`;
  const onMatrix = `Nobody can be added to a direct message in Rocket.Chat, so ${invite.invited} is not part of this conversation there. Start a new room with everybody instead.`;
  const inWorkspace = `${invite.inviter} invited ${invite.invited} on Matrix. Nobody can be added to a direct message in Rocket.Chat: what they write there is not seen here, but they may read along.`;
  await sayOnMatrix(parts, portal, cause, onMatrix);
  await sayInWorkspace(
    parts,
    portal,
    cause,
    user === undefined
      ? inWorkspace
      : `${invite.inviter} invited @${user.username} on Matrix. Nobody can be added to a direct message: start a new one with everybody.`,
  );
  return settled('direct messages are fixed');
}
