import { RemoteError } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import { readPower } from '../homeserver/power.ts';
import { refusalOf } from '../membership/refusal.ts';
import type { BridgeParts } from '../parts.ts';
import { giveOnMatrix } from '../roles/give-on-matrix.ts';
import { rolesInWorkspace, setInWorkspace } from '../roles/in-workspace.ts';
import { type Role, roleOnMatrix } from '../roles/role.ts';
import type { MemberChangeView, MemberRole } from './members-view.ts';
import type { NamedPerson } from './person-named.ts';
import { matrixRoomOf } from './portal-named.ts';

type Done = Omit<MemberChangeView, 'user'>;

/** Makes somebody that on both sides; refused where they belong, it is done on neither. */
export async function setMemberRole(
  parts: BridgeParts,
  portal: Portal,
  person: NamedPerson,
  wanted: MemberRole,
): Promise<Done> {
  const role: Role = wanted === 'none' ? 'plain' : wanted;
  return person.side === 'workspace' ? ofWorkspace(parts, portal, person, role) : onMatrix(parts, portal, person, role);
}

async function ofWorkspace(
  parts: BridgeParts,
  portal: Portal,
  { account, matrixUserId }: NamedPerson & { side: 'workspace' },
  role: Role,
): Promise<Done> {
  const here = await setHere(parts, portal, account, role);
  if (here instanceof RemoteError) return refused(here);
  const there = matrixUserId === undefined ? 'already' : await setThere(parts, portal, matrixUserId, role);
  if (there === 'refused') return { outcome: 'done', reason: NO_POWER };
  return { outcome: here === 'done' || there === 'done' ? 'done' : 'already', reason: null };
}

async function onMatrix(
  parts: BridgeParts,
  portal: Portal,
  { account, matrixUserId }: NamedPerson & { side: 'matrix' },
  role: Role,
): Promise<Done> {
  const before = roleOnMatrix(await readPower(parts, matrixRoomOf(portal)), matrixUserId);
  const there = await setThere(parts, portal, matrixUserId, role);
  if (there === 'refused') return { outcome: 'refused', reason: NO_POWER };
  const isMember = account !== undefined && (await isIn(parts, portal, account));
  const here = isMember ? await setHere(parts, portal, account, role) : 'already';
  if (!(here instanceof RemoteError)) return { outcome: here === 'done' ? 'done' : there, reason: null };
  // The last owner in Rocket.Chat stays one on both sides.
  await setThere(parts, portal, matrixUserId, before);
  return refused(here);
}

const NO_POWER = "Matrix: the bridge's account has not more power there than they have, or may not change power levels";

const refused = (refusal: RemoteError): Done => ({
  outcome: 'refused',
  reason: `Rocket.Chat: ${refusal.answer ?? refusal.inShort}`,
});

type Account = NonNullable<NamedPerson['account']>;

/** Where they belong. */
export async function isOwner(parts: BridgeParts, portal: Portal, person: NamedPerson): Promise<boolean> {
  if (person.side === 'workspace')
    return (await rolesInWorkspace(parts, portal))?.has(person.account, 'owner') === true;
  return roleOnMatrix(await readPower(parts, matrixRoomOf(portal)), person.matrixUserId) === 'owner';
}

const isIn = ({ workspace }: BridgeParts, { workspaceRoomId: id, roomType: type }: Portal, account: Account) =>
  workspace.isInRoom({ id, type }, account.id);

async function setHere(
  parts: BridgeParts,
  portal: Portal,
  account: Account,
  role: Role,
): Promise<'done' | 'already' | RemoteError> {
  const present = await rolesInWorkspace(parts, portal);
  if (present === undefined || present.of(account) === role) return 'already';
  return (await refusalOf(setInWorkspace(parts, portal, present, account, role))) ?? 'done';
}

async function setThere(
  { homeserver, store }: BridgeParts,
  portal: Portal,
  userId: NonNullable<NamedPerson['matrixUserId']>,
  role: Role,
): Promise<'done' | 'already' | 'refused'> {
  const roomId = matrixRoomOf(portal);
  if (roleOnMatrix(await readPower({ homeserver }, roomId), userId) === role) return 'already';
  const person = await store.people.byMatrixUser(userId);
  const ghost = async () => (person?.kind === 'ghost' ? homeserver.as(userId) : undefined);
  const kept = await giveOnMatrix({ homeserver, roomId, ghost }, [{ userId, role }]);
  return kept.has(userId) ? 'refused' : 'done';
}
