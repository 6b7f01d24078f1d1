import type { Clock } from '../../core/clock.ts';
import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { WorkspaceAuthor } from '../events.ts';
import type { BridgeParts } from '../parts.ts';
import type { Puppets, Voice } from '../workspace/puppets.ts';
import { userOfGhost } from './find-user.ts';
import { mayBeGhost } from './invite.ts';
import { mayWrite } from './may-write.ts';

/** So often a room's members are read until nobody more was invited: clients invite one after the other. */
const LOOKS = 8;
const LOOK_AGAIN_MS = 400;
/** Where it is said who is to come: an invitation to another server may take seconds. */
const PATIENT_LOOKS = 50;

/** Who is in the room, on either side. */
export interface Company {
  readonly puppets: readonly MatrixUserId[];
  readonly users: readonly WorkspaceAuthor[];
}

/**
 * Everybody in the room or invited into it, once nobody more is.
 *
 * @param announced who is said to come
 */
export async function settledMembers(
  clock: Clock,
  member: MatrixApi,
  roomId: MatrixRoomId,
  announced: readonly MatrixUserId[] = [],
): Promise<readonly MatrixUserId[]> {
  const read = async (): Promise<readonly MatrixUserId[]> => [...(await member.membersAndInvited(roomId)).keys()];
  let members = await read();
  for (let looks = 1; looks < (announced.length === 0 ? LOOKS : PATIENT_LOOKS); looks += 1) {
    await clock.sleep(LOOK_AGAIN_MS);
    const now = await read();
    if (now.length === members.length && announced.every((id) => now.includes(id))) return now;
    members = now;
  }
  return members;
}

/** Who they are here, without colleagues who may not write to people on Matrix; the first from Matrix stays the first. */
export async function companyOf(
  parts: BridgeParts,
  first: MatrixUserId,
  members: readonly MatrixUserId[],
): Promise<Company> {
  const { identity } = parts;
  const puppets = new Set<MatrixUserId>([first]);
  const users: WorkspaceAuthor[] = [];
  for (const member of members) {
    const user = mayBeGhost(identity, member) ? await userOfGhost(parts, member) : undefined;
    if (user !== undefined) {
      if (await mayWrite(parts, user)) users.push(user);
    } else if (identity.prefix === '' || !mayBeGhost(identity, member)) puppets.add(member);
  }
  return { puppets: [...puppets], users };
}

/** Everybody's accounts in Rocket.Chat: the first one's voice, and all usernames, its own first. */
export async function accountsOf(
  parts: BridgeParts,
  puppets: Puppets,
  { puppets: people, users }: Company,
): Promise<{ readonly voice: Voice; readonly own: readonly string[]; readonly others: readonly string[] }> {
  const voices: Voice[] = [];
  for (const id of people) voices.push(await puppets.account(id));
  const [voice] = voices;
  if (voice === undefined) throw new Error('nobody from Matrix is in the room');
  const known = await Promise.all(people.map((id) => parts.store.people.byMatrixUser(id)));
  const own = known.flatMap((person) => person?.username ?? []);
  return { voice, own, others: [...users.map(({ username }) => username), ...own.slice(1)] };
}
