import { RemoteError } from '../../core/remote-error.ts';
import type { MatrixRoomId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Bridge } from '../running-bridge.ts';
import { createGhosts } from '../homeserver/ghosts.ts';
import type { BridgeParts } from '../parts.ts';
import { type CreatePlan, planInWords, planRoom } from './create-plan.ts';
import type { CreateRequest, CreateView } from './create-view.ts';
import { inviteUsers } from './invite.ts';
import { linkRooms } from './link.ts';
import { makeWorkspaceRoom, roomIsMade } from './make-workspace-room.ts';

/**
 * Makes a room in Rocket.Chat and its Matrix room, with people in it. The bot owns both; each step can be done again,
 * and a second run does what is missing.
 * @throws RcfedError as {@link planRoom}, before anything is changed
 */
export async function createRoom(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  request: CreateRequest,
): Promise<CreateView> {
  const plan = await planRoom(parts, request);
  const words = planInWords(parts, plan);
  if (request.dryRun === true) return { room: null, changed: false, plan: words, people: [], warnings: [] };
  const room = plan.existing ?? (await makeWorkspaceRoom(parts, { ...plan, names: [plan.name] }));
  const linked = await linkRooms(parts, bridge, { room: room.id, alias: plan.alias, version: plan.version });
  await roomIsMade(parts, plan.key);
  const portal = await parts.store.portals.byWorkspaceRoom(room.id);
  if (portal?.matrixRoomId === undefined) throw new Error(`${plan.name} was unlinked while it was made`);
  const changed = await settled(parts, bridge, portal, plan);
  const people =
    plan.external.length === 0 ? [] : await inviteUsers(parts, { room: portal.workspaceRoomId, users: plan.external });
  const invited = people.some(({ outcome }) => outcome === 'invited');
  const unlisted = plan.isListed ? await listed(parts, portal.matrixRoomId) : undefined;
  return {
    room: linked.room,
    changed: linked.changed || changed || invited || unlisted === false,
    plan: words,
    people,
    warnings: [...linked.warnings, ...(typeof unlisted === 'string' ? [unlisted] : [])],
  };
}

/** Colleagues are members, and their ghosts in the Matrix room. Answers whether somebody was not. */
async function settled(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  portal: Portal,
  { members, owner }: CreatePlan,
): Promise<boolean> {
  const room = { id: portal.workspaceRoomId, type: portal.roomType };
  const ghosts = bridge?.ghosts ?? createGhosts(parts, { onSeen() {}, onEntered() {} });
  const wanted = [...(owner === undefined ? [] : [owner]), ...members];
  if (wanted.length === 0) return false;
  const there = new Set((await parts.workspace.members(room)).map(({ id }) => id));
  let changed = false;
  for (const user of wanted) {
    if (!there.has(user.id)) {
      changed = true;
      await parts.workspace.addToRoom(room, user.id);
    }
    if (!(await parts.isOwnAccount(user.id))) await ghosts.inRoom(portal, user);
  }
  if (owner === undefined) return changed;
  const isOwner = (await parts.workspace.roomRoles(room)).get(owner.id)?.includes('owner') === true;
  if (!isOwner) await parts.workspace.setRoomRole(room, owner.id, 'owner', true);
  return changed || !isOwner;
}

/** True: it was; false: it is now; a text: why it is not. */
async function listed({ homeserver }: BridgeParts, roomId: MatrixRoomId): Promise<boolean | string> {
  if (await homeserver.isListed(roomId)) return true;
  try {
    await homeserver.setListed(roomId, true);
    return false;
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused') throw error;
    return `The homeserver does not list the room in its directory: ${error.answer ?? error.inShort}`;
  }
}
