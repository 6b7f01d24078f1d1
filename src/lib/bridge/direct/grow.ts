import type { WorkspaceRoomId } from '../../core/ids.ts';
import type { Portal, PortalId } from '../../store/portal-types.ts';
import { sayInWorkspace, sayOnMatrix } from '../notices/say.ts';
import type { BridgeParts } from '../parts.ts';
import { roomLink } from '../workspace/room-link.ts';
import { isAllSaid } from './all-said.ts';
import { type Company, accountsOf, companyOf, settledMembers } from './company.ts';
import { userOfGhost } from './find-user.ts';
import { homeserverIn } from './hands.ts';
import type { Invite } from './invite.ts';
import { askForAnotherRoom } from './lost-room.ts';
import { openRoomOf } from './open-room.ts';
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
import { supersede } from './supersede.ts';

/** Name of the cursor that holds from which portal a room is being moved, and by which invitation. */
const growing = ({ roomId }: Invite): string => `direct-grows:${roomId}`;
const NOT_GROWING = '';

/** The portal that this very invitation was moving the room from, when the bridge ended. */
export async function growingFrom({ store }: BridgeParts, invite: Invite): Promise<Portal | undefined> {
  const value = await store.cursor(growing(invite));
  if (value === undefined || value === NOT_GROWING) return undefined;
  const { from, by } = JSON.parse(value) as { from: PortalId; by: string };
  return by === invite.eventId ? store.portals.byId(from) : undefined;
}

/**
 * The Matrix room goes on with a new direct message of everybody in Rocket.Chat. The one before stays with its
 * members, who are told; what was written on either side until now went there.
 */
export async function grow(opening: OpeningParts, old: Portal, invite: Invite): Promise<Opened> {
  const { parts, puppets } = opening;
  if (!(await isAllSaid(opening, old, { on: ['workspace', 'homeserver'] }))) return { kind: 'later' };
  const members = await settledMembers(parts.clock, homeserverIn(parts, old), invite.roomId);
  const company = await companyOf(parts, invite.inviter, members);
  const { voice, own, others } = await accountsOf(parts, puppets, company);
  const roomId = await openRoomOf(voice.api, others);
  if (roomId === old.workspaceRoomId) return settled('ignored');
  await parts.store.setCursor(growing(invite), JSON.stringify({ from: old.id, by: invite.eventId }));
  await leaveBehind(opening, old, invite);
  return opening.serial.run(roomId, async () => {
    const name = directName(
      own,
      company.users.map(({ username }) => username),
    );
    const portal = await moved(opening, old, invite, { roomId, name });
    parts.passed('open:claimed');
    const since = await carriedSince(opening, roomId);
    await settle(opening, portal, invite, company);
    await activate(opening, portal, invite.roomId, since);
    await tell(parts, old, portal, invite);
    await parts.store.setCursor(growing(invite), NOT_GROWING);
    return OPENED;
  });
}

/** What is written there from now on, or was this very moment, asks for another Matrix room of its members. */
async function leaveBehind(opening: OpeningParts, old: Portal, { eventId }: Invite): Promise<void> {
  const { parts } = opening;
  const asking = await opening.serial.run(old.workspaceRoomId, async () => {
    if ((await parts.store.portals.byId(old.id))?.state === 'closed') return undefined;
    // Before anybody else finds it.
    const lane = await askForAnotherRoom(parts, old, `grown ${eventId} ${parts.clock.now()}`);
    await opening.portalChanged({ ...old, state: 'closed' });
    await parts.store.portals.update(old.id, { state: 'closed' });
    return lane;
  });
  if (asking !== undefined) opening.wake(asking);
}

async function moved(
  opening: OpeningParts,
  old: Portal,
  invite: Invite,
  { roomId, name }: { readonly roomId: WorkspaceRoomId; readonly name: string },
): Promise<Portal> {
  const { parts } = opening;
  const { portals } = parts.store;
  const other = await portals.byWorkspaceRoom(roomId);
  // These people have such a conversation already, with a Matrix room of its own.
  if (other !== undefined && other.matrixRoomId !== invite.roomId) await supersede(opening, other, invite.roomId);
  // A try that was cut short may have moved the room already, to fewer people.
  const holder = await portals.byMatrixRoom(invite.roomId);
  if (holder !== undefined && holder.workspaceRoomId !== roomId)
    await opening.portalChanged(await portals.update(holder.id, { state: 'closed' }));
  const { portal } = await portals.create({
    workspaceRoomId: roomId,
    matrixRoomId: invite.roomId,
    state: 'linking',
    roomType: 'd',
    name,
    alias: undefined,
    retention: 'keep',
    direct: { puppet: invite.inviter, ghost: old.direct?.ghost ?? invite.invited },
  });
  const before = newestOf(opening.older, roomId);
  if (before !== undefined) await readOn(parts, before, portal);
  return portal;
}

async function settle(
  { parts, ghosts }: OpeningParts,
  portal: Portal,
  invite: Invite,
  company: Company,
): Promise<void> {
  await setMembers(parts, portal, company.puppets);
  await beginAfter(parts, portal, invite.eventId);
  for (const user of company.users) await ghosts.inRoom(portal, user);
}

async function tell(parts: BridgeParts, old: Portal, portal: Portal, invite: Invite): Promise<void> {
  parts.log('info', 'notice.direct-grew', { from: old.name, to: portal.name, invited: invite.invited });
  const cause = `third:${invite.eventId}`;
  const { siteUrl } = await parts.settings();
  const where = siteUrl === undefined ? '' : `: ${roomLink(siteUrl, portal)}`;
  const onMatrix = `${invite.invited} is in this conversation from now on. In Rocket.Chat nobody can be added to a direct message: there it goes on in a new one with everybody.`;
  const user = await userOfGhost(parts, invite.invited);
  const who = user === undefined ? invite.invited : `@${user.username}`;
  const inWorkspace = `${invite.inviter} invited ${who} on Matrix. Nobody can be added to a direct message here, so that conversation goes on in a new one with everybody${where}. What is written here is for its members alone.`;
  await sayOnMatrix(parts, portal, cause, onMatrix);
  await sayInWorkspace(parts, old, cause, inWorkspace);
}
