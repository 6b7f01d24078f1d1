import type { Portal } from '../../store/portal-types.ts';
import { readPower } from '../homeserver/power.ts';
import { standingInWorkspace, standingOnMatrix } from '../membership/standing.ts';
import type { BridgeParts } from '../parts.ts';
import { rolesInWorkspace, type WorkspaceRoles } from '../roles/in-workspace.ts';
import { levelOf, mayGive, type Role, roleOnMatrix } from '../roles/role.ts';
import type { MemberChange, MemberChangeView, MemberRole, MemberStanding } from './members-view.ts';
import type { NamedPerson } from './person-named.ts';
import { matrixRoomOf } from './portal-named.ts';

type Plan = Omit<MemberChangeView, 'user'>;
type Move = 'kick' | 'ban' | 'unban';

/**
 * What a change would come to for one person: reads both servers, changes nothing. Refused where reading tells it: a
 * last owner, a bot without power; a server may still refuse what looks possible.
 */
export async function planMember(
  parts: BridgeParts,
  portal: Portal,
  person: NamedPerson,
  change: MemberChange['change'],
): Promise<Plan> {
  const who = {
    room: portal.name,
    roomId: portal.workspaceRoomId,
    person: person.side === 'workspace' ? person.account.username : person.matrixUserId,
  };
  if (change === 'kick' || change === 'ban' || change === 'unban') {
    const { own, other } = await standings(parts, portal, person);
    const from = own === 'banned' || other === 'banned' ? 'banned' : own;
    const to = AFTER[change](from);
    const refusal = await whyNotMove(parts, portal, person, change, own);
    const isSo = isAlready(change, own, other);
    return { ...outcome(isSo, refusal), plan: { ...who, state: { what: 'standing', from, to } } };
  }
  const { own, other } = await roles(parts, portal, person);
  const refusal = await whyNotRole(parts, portal, person, change);
  const isSo = own === change && (other === undefined || other === change);
  return { ...outcome(isSo, refusal), plan: { ...who, state: { what: 'role', from: own, to: change } } };
}

function outcome(isSo: boolean, refusal: string | undefined): Pick<Plan, 'outcome' | 'reason'> {
  if (isSo) return { outcome: 'already', reason: null };
  return refusal === undefined ? { outcome: 'to do', reason: null } : { outcome: 'refused', reason: refusal };
}

const AFTER: Readonly<Record<Move, (from: MemberStanding) => MemberStanding>> = {
  kick: (from) => (from === 'banned' ? 'banned' : 'out'),
  ban: () => 'banned',
  unban: (from) => (from === 'banned' ? 'out' : from),
};

/** On the side where they belong, and on the other one; undefined: they have no account there. */
async function standings(parts: BridgeParts, portal: Portal, person: NamedPerson) {
  const { account, matrixUserId } = person;
  const here = account && (await standingInWorkspace(parts, portal, account.id));
  const there = matrixUserId && (await standingOnMatrix(parts, portal, matrixUserId));
  return person.side === 'workspace' ? { own: here ?? 'out', other: there } : { own: there ?? 'out', other: here };
}

function isAlready(change: Move, own: MemberStanding, other: MemberStanding | undefined): boolean {
  const sides = [own, ...(other === undefined ? [] : [other])];
  if (change === 'unban') return !sides.includes('banned');
  if (change === 'ban') return sides.includes('banned') && !sides.includes('in') && !sides.includes('invited');
  return !sides.includes('in') && !sides.includes('invited');
}

async function whyNotMove(
  parts: BridgeParts,
  portal: Portal,
  person: NamedPerson,
  change: Move,
  own: MemberStanding,
): Promise<string | undefined> {
  if (person.side === 'workspace')
    return own === 'in' && change !== 'unban' ? await lastOwner(parts, portal, person) : undefined;
  const power = await readPower(parts, matrixRoomOf(portal));
  const bot = power.of(parts.homeserver.userId);
  // https://spec.matrix.org/v1.17/rooms/v11/#authorization-rules: ending a ban takes the power for both.
  const needed = Math.max(power.toDo('kick'), change === 'kick' ? 0 : power.toDo('ban'));
  return bot >= needed && bot > power.of(person.matrixUserId) ? undefined : NO_POWER;
}

const NO_POWER = "Matrix: the bridge's account has too little power there";

/** Rocket.Chat keeps whoever alone owns a room an owner, and in it. */
async function lastOwner(
  parts: BridgeParts,
  portal: Portal,
  { account }: NamedPerson & { side: 'workspace' },
): Promise<string | undefined> {
  const present = await rolesInWorkspace(parts, portal);
  return present !== undefined && isLastOwner(present, account)
    ? `Rocket.Chat: ${account.username} is the last owner`
    : undefined;
}

const isLastOwner = (present: WorkspaceRoles, account: NonNullable<NamedPerson['account']>): boolean =>
  present.has(account, 'owner') &&
  !present.holders.some((id) => id !== account.id && present.has({ id, username: '' }, 'owner'));

async function roles(parts: BridgeParts, portal: Portal, { side, account, matrixUserId }: NamedPerson) {
  const present = account && (await isIn(parts, portal, account)) ? await rolesInWorkspace(parts, portal) : undefined;
  const here = account && present && named(present.of(account));
  const there = matrixUserId && named(roleOnMatrix(await readPower(parts, matrixRoomOf(portal)), matrixUserId));
  return side === 'workspace' ? { own: here ?? 'none', other: there } : { own: there ?? 'none', other: here };
}

const named = (role: Role): MemberRole => (role === 'plain' ? 'none' : role);

const isIn = (
  { workspace }: BridgeParts,
  { workspaceRoomId: id, roomType: type }: Portal,
  account: NonNullable<NamedPerson['account']>,
): Promise<boolean> => workspace.isInRoom({ id, type }, account.id);

async function whyNotRole(
  parts: BridgeParts,
  portal: Portal,
  person: NamedPerson,
  wanted: MemberRole,
): Promise<string | undefined> {
  if (person.side === 'workspace') {
    if (!(await isIn(parts, portal, person.account)))
      return `Rocket.Chat: ${person.account.username} is not in ${portal.name}`;
    return wanted === 'owner' ? undefined : await lastOwner(parts, portal, person);
  }
  const power = await readPower(parts, matrixRoomOf(portal));
  const level = levelOf(wanted === 'none' ? 'plain' : wanted, power);
  return mayGive(power, parts.homeserver.userId, person.matrixUserId, level) ? undefined : NO_POWER;
}
