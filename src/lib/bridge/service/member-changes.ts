import { RcfedError } from '../../core/errors.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import { standingInWorkspace, standingOnMatrix } from '../membership/standing.ts';
import { refusalOf } from '../membership/refusal.ts';
import type { BridgeParts } from '../parts.ts';
import { eachOf } from './invite.ts';
import { planMember } from './member-plan.ts';
import { isOwner, setMemberRole } from './member-role.ts';
import type { MemberChange, MemberChangeView } from './members-view.ts';
import { type NamedPerson, personNamed } from './person-named.ts';
import { matrixRoomOf, portalNamed } from './portal-named.ts';

/**
 * Removes people from a room, bans them, or gives them a role, each by themselves. First where they belong, whose
 * refusal ends it, then on the other side: what a bridge's own bot does is no news to a bridge that runs, and where
 * none runs nobody else would do it. With `dryRun` it only reads.
 * @throws RcfedError RCFED_ROOM_UNKNOWN, RCFED_REFUSED for a direct message
 */
export async function changeMembers(
  parts: BridgeParts,
  { room, users, change, reason, dryRun, sparesOwners }: MemberChange,
): Promise<readonly MemberChangeView[]> {
  const portal = await portalNamed(parts, room);
  if (portal.direct !== undefined)
    throw new RcfedError('RCFED_REFUSED', `${room} is a direct message`, {
      why: 'Who is in it is fixed when it begins, and nobody has a role there.',
    });
  return eachOf(users, async (user): Promise<MemberChangeView> => {
    const person = await personNamed(parts, user);
    if ('reason' in person) return { user, outcome: 'refused', reason: person.reason };
    if (sparesOwners === true && (await isOwner(parts, portal, person)))
      return { user, outcome: 'refused', reason: `${user} is an owner: who that is, admins of the workspace say` };
    if (dryRun === true) return { user, ...(await planMember(parts, portal, person, change)) };
    const done =
      change === 'kick' || change === 'ban' || change === 'unban'
        ? await moved({ parts, portal, person, change, reason })
        : await setMemberRole(parts, portal, person, change);
    return { user, ...done };
  });
}

interface Move {
  readonly parts: BridgeParts;
  readonly portal: Portal;
  readonly person: NamedPerson;
  readonly change: 'kick' | 'ban' | 'unban';
  readonly reason: string | undefined;
}

type Done = Omit<MemberChangeView, 'user'>;

async function moved(move: Move): Promise<Done> {
  const isOfWorkspace = move.person.side === 'workspace';
  const own = await (isOfWorkspace ? inWorkspace : onMatrix)(move);
  if (own instanceof RemoteError) return { outcome: 'refused', reason: sentence(own) };
  const other = await (isOfWorkspace ? onMatrix : inWorkspace)(move);
  const left = other instanceof RemoteError ? sentence(other) : null;
  return { outcome: own === 'done' || other === 'done' ? 'done' : 'already', reason: left };
}

/** What became of it on one side; undefined: they have no account there. */
type Step = 'done' | 'already' | RemoteError | undefined;

const sentence = (refusal: RemoteError): string =>
  `${refusal.side === 'workspace' ? 'Rocket.Chat' : 'Matrix'}: ${refusal.answer ?? refusal.inShort}`;

async function inWorkspace({ parts, portal, person: { account }, change }: Move): Promise<Step> {
  if (account === undefined) return undefined;
  const { workspace } = parts;
  const now = await standingInWorkspace(parts, portal, account.id);
  if (change === 'unban') {
    if (now !== 'banned') return 'already';
    return (await refusalOf(workspace.unbanFromRoom(portal.workspaceRoomId, account.id))) ?? 'done';
  }
  if (now === 'banned' || (change === 'kick' && now === 'out')) return 'already';
  if (change === 'ban') {
    const asked = workspace.banFromRoom(portal.workspaceRoomId, account.id);
    const refusal = await refusalOf(asked);
    // A version before 8 has no bans: there they are kept out on Matrix, and removed here.
    if (refusal !== undefined || (await asked) === 'done') return refusal ?? 'done';
    if (now === 'out') return 'already';
  }
  const room = { id: portal.workspaceRoomId, type: portal.roomType };
  return (await refusalOf(workspace.removeFromRoom(room, account.id))) ?? 'done';
}

async function onMatrix({ parts, portal, person: { matrixUserId }, change, reason }: Move): Promise<Step> {
  if (matrixUserId === undefined) return undefined;
  const roomId = matrixRoomOf(portal);
  const now = await standingOnMatrix(parts, portal, matrixUserId);
  const { homeserver } = parts;
  if (change === 'unban') {
    if (now !== 'banned') return 'already';
    return (await refusalOf(homeserver.unban(roomId, matrixUserId, reason))) ?? 'done';
  }
  if (now === 'banned' || (change === 'kick' && now === 'out')) return 'already';
  const act = change === 'ban' ? homeserver.ban : homeserver.kick;
  return (await refusalOf(act(roomId, matrixUserId, reason))) ?? 'done';
}
