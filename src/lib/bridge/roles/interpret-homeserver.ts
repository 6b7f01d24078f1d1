import type { MatrixUserId } from '../../core/ids.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverRolesChanged } from '../events.ts';
import { readPower } from '../homeserver/power.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { agreedChange, agreedRoles } from './agreed-roles.ts';
import { intendedFor } from './intent.ts';
import type { KnownRoleChange } from './role-change.ts';
import { type MatrixRolesNews, compareWorkspaceRoles } from './row.ts';
import { peopleOf, roleOnMatrix } from './role.ts';

/** Who became something else on Matrix, by the room's present state: it may have been changed since that row. */
export async function interpretMatrixRoles(
  parts: BridgeParts,
  portal: Portal,
  row: InboxRow,
): Promise<HomeserverRolesChanged | Nothing> {
  const { identity, access } = parts;
  const { sender = identity.matrixBot, eventId } = JSON.parse(row.body ?? '{}') as MatrixRolesNews;
  if (!access.admitsUser(sender)) return nothing('blocked');
  const compared = await matrixRoleChanges(parts, portal, await intendedFor(parts, row));
  if (compared === undefined) return nothing('ignored');
  const { people, left, isSplit } = compared;
  // What Matrix refused before may be allowed to the bot now.
  if (isSplit) await compareWorkspaceRoles(parts, portal);
  if (people.length > 0) return { kind: 'roles.changed', origin: 'homeserver', sender, eventId, people };
  const forgotten = new Map(left.map((id) => [id, undefined]));
  return nothing('unchanged', left.length === 0 ? {} : { agreed: agreedChange(portal, forgotten, false) });
}

interface MatrixRoleChanges {
  readonly people: readonly KnownRoleChange[];
  /** Who left is nothing in Rocket.Chat; when they come back, what they are on Matrix then is news. */
  readonly left: readonly MatrixUserId[];
  /** Somebody is not the same on both sides, because one refused. */
  readonly isSplit: boolean;
}

/**
 * Who is something else on Matrix now than when it was last settled, of those who are in the room in Rocket.Chat
 * too. undefined: that room has no roles.
 *
 * @param intended whose role in Rocket.Chat may have been changed without being settled
 */
export async function matrixRoleChanges(
  parts: BridgeParts,
  portal: Portal,
  intended: ReadonlySet<MatrixUserId> = new Set(),
): Promise<MatrixRoleChanges | undefined> {
  const { store, identity } = parts;
  if (portal.matrixRoomId === undefined || portal.direct !== undefined) return undefined;
  const power = await readPower(parts, portal.matrixRoomId);
  const agreed = await agreedRoles(parts, portal);
  const people: KnownRoleChange[] = [];
  const left: MatrixUserId[] = [];
  for (const matrixUserId of new Set([...peopleOf(power), ...agreed.people])) {
    const person = matrixUserId === identity.matrixBot ? undefined : await store.people.byMatrixUser(matrixUserId);
    if (person?.workspaceUserId === undefined) continue;
    if (!(await store.people.isMember(portal.id, person.id))) {
      if (person.kind === 'puppet' && agreed.people.includes(matrixUserId)) left.push(matrixUserId);
      continue;
    }
    const wanted = roleOnMatrix(power, matrixUserId);
    const before = agreed.of(matrixUserId);
    if (wanted === before.matrix && !intended.has(matrixUserId)) continue;
    const { username, displayName: name, workspaceUserId: id } = person;
    people.push({ user: { id, username, name }, matrixUserId, wanted, agreed: before });
  }
  return { people, left, isSplit: agreed.people.some((id) => agreed.of(id).workspace !== agreed.of(id).matrix) };
}
