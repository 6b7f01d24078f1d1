import type { MatrixUserId } from '../../core/ids.ts';
import { puppetUsername } from '../../matrix/puppet-name.ts';
import type { Portal } from '../../store/portal-types.ts';
import { partsIn } from '../direct/hands.ts';
import { directName } from '../direct/opening.ts';
import type { BridgeParts } from '../parts.ts';
import type { DirectCompany } from './direct-company.ts';
import type { OpenDirectView } from './direct-view.ts';

/** What opening a direct message of these would do; nothing is changed. */
export async function directInWords(parts: BridgeParts, company: DirectCompany): Promise<OpenDirectView> {
  const { as, colleagues, warnings } = company;
  const people = await Promise.all(company.people.map((user) => accountOf(parts, user)));
  const users = [as, ...colleagues].map(({ username }) => username);
  const open = await openPortal(parts, company);
  const name = directName(
    people.map(({ username }) => username),
    users,
  );
  const made = [
    `+ direct message ${name}, on both sides`,
    ...people.flatMap(({ user, username, isThere }) => [
      ...(isThere ? [] : [`+ account ${username} in Rocket.Chat for ${user}`]),
      `+ invitation of ${user}`,
    ]),
  ];
  return {
    room: open?.name ?? name,
    roomId: open?.workspaceRoomId ?? null,
    matrixRoomId: open?.matrixRoomId ?? null,
    as: as.username,
    people: people.map(({ user, username }) => ({ user, username })),
    colleagues: colleagues.map(({ username }) => username),
    changed: false,
    warnings,
    plan: open === undefined ? made : [`= direct message ${open.name} is open already`],
  };
}

/** The username of an account that is yet to be made may get a suffix. */
async function accountOf({ store }: BridgeParts, user: MatrixUserId) {
  const person = await store.people.byMatrixUser(user);
  return { user, username: person?.username ?? puppetUsername(user), isThere: person?.workspaceUserId !== undefined };
}

/** Of just these people: who is in it on Rocket.Chat's side, one of its puppets reads. */
async function openPortal(parts: BridgeParts, { as, colleagues, people }: DirectCompany): Promise<Portal | undefined> {
  const users = new Set<string>([as, ...colleagues].map(({ id }) => id));
  for (const portal of await parts.store.portals.list()) {
    if (portal.direct === undefined || portal.state !== 'active' || !people.includes(portal.direct.puppet)) continue;
    const puppets = await parts.store.people.members(portal.id, 'puppet');
    if (puppets.length !== people.length || !puppets.every(({ matrixUserId }) => people.includes(matrixUserId)))
      continue;
    const { workspace } = await partsIn(parts, portal);
    const members = await workspace.members({ id: portal.workspaceRoomId, type: portal.roomType });
    const others = members.filter(({ id }) => !puppets.some(({ workspaceUserId }) => workspaceUserId === id));
    if (others.length === users.size && others.every(({ id }) => users.has(id))) return portal;
  }
  return undefined;
}
