import { RcfedError } from '../../core/errors.ts';
import type { MatrixRoomAlias, MatrixRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { parseServerName, serverNameOf } from '../../matrix/server-name.ts';
import { roomAliasLocalpart } from '../../matrix/alias-name.ts';
import type { WorkspaceRoom } from '../../rocketchat/types.ts';
import type { Portal } from '../../store/types.ts';
import type { Bridge } from '../bridge.ts';
import { prepareBot } from '../homeserver/bot.ts';
import { writeServerAcl } from '../homeserver/server-acl.ts';
import { newestEvent, wholeUpTo } from '../homeserver/catch-up.ts';
import { turnsEncryptionOn } from '../homeserver/content.ts';
import type { BridgeParts } from '../parts.ts';
import { agreeOnRoom } from '../room-state/seed.ts';
import { linkedAtCursor } from '../portal-index.ts';
import { compareMatrixRoles, compareWorkspaceRoles } from '../roles/row.ts';
import { caughtUpTo } from '../workspace/catch-up.ts';
import { assertAdmitted } from './access.ts';
import { viewOf } from './rooms.ts';
import type { LinkRequest, LinkView } from './views.ts';

/** State event that claims a Matrix room for a workspace; its state key is the workspace's id. */
export const BRIDGE_STATE = 'chat.rocket.bridge';
/** Aliases tried for a new room when each is somebody else's. */
const ALIAS_ATTEMPTS = 4;

/**
 * Makes a portal of a Rocket.Chat room and a Matrix room, from this moment on. Each step can be done
 * again: a link that was cut short goes on where it stopped.
 */
export async function linkRooms(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  request: LinkRequest,
): Promise<LinkView> {
  const room = await federableRoom(parts, request.room);
  for (const server of request.via ?? []) assertAdmitted(parts, serverNameOf(server));
  const wanted = request.matrixRoom === undefined ? undefined : await resolved(parts, request.matrixRoom);
  const existing = await parts.store.portals.byWorkspaceRoom(room.id);
  if (existing?.state === 'active') return alreadyLinked(parts, bridge, { portal: existing, wanted, request });
  // Made at the bridge's start, unless the homeserver did not answer then or no bridge ever ran.
  await prepareBot(parts);
  await joinWorkspaceRoom(parts, room);
  const { serverTime } = await parts.workspace.info();
  const portal = existing ?? (await claimed(parts, room, wanted, request.retention));
  if (wanted !== undefined && portal.matrixRoomId !== wanted) throw linkedElsewhere(room.name, portal);
  const matrixRoomId = portal.matrixRoomId ?? (await createMatrixRoom(parts, portal, room));
  await parts.homeserver.join(matrixRoomId, request.via);
  await refuseEncrypted(parts, portal, matrixRoomId);
  const warnings = await claimMatrixRoom(parts, portal, matrixRoomId);
  await agreeOnRoom(parts, portal, matrixRoomId, wanted === undefined ? 'workspace' : 'both');
  const active = await activate(parts, portal, matrixRoomId, serverTime, request.retention);
  const unwritten = await writeServerAcl(parts, active);
  await compareMatrixRoles(parts, active);
  await compareWorkspaceRoles(parts, active);
  await bridge?.portalChanged(active, serverTime);
  return {
    room: viewOf(active, 0, bridge?.problemsOf(active) ?? []),
    changed: true,
    warnings: [...warnings, ...(unwritten === undefined ? [] : [unwritten])],
  };
}

interface Linked {
  readonly portal: Portal;
  readonly wanted: MatrixRoomId | undefined;
  readonly request: LinkRequest;
}

/** What the link is to be like may be said again, and otherwise. */
async function alreadyLinked(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  { portal, wanted, request }: Linked,
): Promise<LinkView> {
  if (wanted !== undefined && portal.matrixRoomId !== wanted) throw linkedElsewhere(request.room, portal);
  const { retention } = request;
  if (retention === undefined || retention === portal.retention) {
    return { room: viewOf(portal, 0, []), changed: false, warnings: [] };
  }
  const changed = await parts.store.portals.update(portal.id, { retention });
  await bridge?.portalChanged(changed);
  return { room: viewOf(changed, 0, []), changed: true, warnings: [] };
}

function linkedElsewhere(room: string, portal: Portal): RcfedError {
  return new RcfedError(
    'RCFED_ROOM_LINKED',
    `${room} is linked with ${portal.alias ?? portal.matrixRoomId ?? 'another room'}`,
  );
}

async function federableRoom(parts: BridgeParts, text: string): Promise<WorkspaceRoom> {
  const name = text.replace(/^#/, '');
  const room =
    (await parts.workspace.roomByName(name)) ?? (await parts.workspace.roomById(name as WorkspaceRoom['id']));
  if (room === undefined) throw new RcfedError('RCFED_ROOM_UNKNOWN', `No room ${text} is seen in Rocket.Chat`);
  const why = reasonAgainst(room);
  if (why === undefined) return room;
  throw new RcfedError('RCFED_ROOM_NOT_FEDERABLE', `${text} can't be federated`, { why });
}

function reasonAgainst(room: WorkspaceRoom): string | undefined {
  if (room.type !== 'c' && room.type !== 'p') return 'It is neither a channel nor a private group.';
  if (room.archived) return 'It is archived.';
  if (room.encrypted) return 'Its messages are end-to-end encrypted: nobody but its members can read them.';
  return room.federated ? "Rocket.Chat's own federation serves it already." : undefined;
}

async function resolved(parts: BridgeParts, text: string): Promise<MatrixRoomId> {
  const server = parseServerName(text.slice(text.indexOf(':') + 1));
  if (text.includes(':') && server !== undefined) assertAdmitted(parts, server);
  if (text.startsWith('!')) return text as MatrixRoomId;
  const id = text.startsWith('#') ? await parts.homeserver.resolveAlias(text as MatrixRoomAlias) : undefined;
  if (id !== undefined) return id;
  throw new RcfedError('RCFED_ROOM_UNKNOWN', `No Matrix room ${text} is found`, {
    try: ['Write an alias or an id in full: #general:example.org, !abcdef:example.org'],
  });
}

/** The bot sees messages only where it is a member; in a private group it must be able to add puppets. */
async function joinWorkspaceRoom(parts: BridgeParts, room: WorkspaceRoom): Promise<void> {
  if (room.type === 'c') return parts.workspace.joinRoom(room.id);
  const roles = (await parts.workspace.roomRoles(room)).get(parts.identity.workspaceBot) ?? [];
  if (parts.identity.mode === 'alias' || roles.includes('owner') || roles.includes('moderator')) return;
  throw new RcfedError('RCFED_BOT_NOT_MODERATOR', `The bot is not a moderator of ${room.name}`, {
    why: 'Only a moderator or an owner may add members to a private group.',
  });
}

async function claimed(
  parts: BridgeParts,
  room: WorkspaceRoom,
  matrixRoomId: MatrixRoomId | undefined,
  retention: LinkRequest['retention'],
): Promise<Portal> {
  const { portal } = await parts.store.portals.create({
    workspaceRoomId: room.id,
    matrixRoomId,
    state: 'linking',
    roomType: room.type === 'p' ? 'p' : 'c',
    name: room.name,
    alias: undefined,
    retention: retention ?? 'keep',
  });
  if (portal.workspaceRoomId !== room.id)
    throw linkedElsewhere('The Matrix room', { ...portal, alias: `#${portal.name}` });
  return portal;
}

async function createMatrixRoom(parts: BridgeParts, portal: Portal, room: WorkspaceRoom): Promise<MatrixRoomId> {
  const { prefix, serverName, workspaceId, bridgeId } = parts.identity;
  const isPublic = room.type === 'c';
  for (let attempt = 0; attempt < ALIAS_ATTEMPTS; attempt += 1) {
    const aliasLocalpart = roomAliasLocalpart(prefix, room.name, room.id, attempt);
    const alias = `#${aliasLocalpart}:${serverName}` as MatrixRoomAlias;
    let id: MatrixRoomId | undefined;
    try {
      id = await parts.homeserver.createRoom({
        aliasLocalpart,
        name: room.displayName,
        ...(room.topic === '' ? {} : { topic: room.topic }),
        preset: isPublic ? 'public_chat' : 'private_chat',
        visibility: 'private',
        initialState: [
          { type: BRIDGE_STATE, stateKey: workspaceId, content: { bridge: bridgeId, room: room.id } },
          ...(isPublic
            ? []
            : [{ type: 'm.room.history_visibility', stateKey: '', content: { history_visibility: 'joined' } }]),
        ],
      });
    } catch (error) {
      if (!(error instanceof RemoteError) || error.code !== 'M_ROOM_IN_USE') throw error;
      id = await adoptable(parts, alias, room);
    }
    if (id === undefined) continue;
    await parts.store.portals.update(portal.id, { matrixRoomId: id, alias });
    return id;
  }
  throw new RcfedError('RCFED_ROOM_LINKED', `Every alias for ${room.name} is taken on ${serverName}`);
}

/** Our own room of a link that was cut short: it says so in its state. */
async function adoptable(
  parts: BridgeParts,
  alias: MatrixRoomAlias,
  room: WorkspaceRoom,
): Promise<MatrixRoomId | undefined> {
  const id = await parts.homeserver.resolveAlias(alias);
  if (id === undefined) return undefined;
  const claim = await parts.homeserver.state(id, BRIDGE_STATE, parts.identity.workspaceId).catch(() => undefined);
  return claim?.['bridge'] === parts.identity.bridgeId && claim['room'] === room.id ? id : undefined;
}

/** Encryption can't be turned off again: nothing would ever come from there. */
async function refuseEncrypted(parts: BridgeParts, portal: Portal, roomId: MatrixRoomId): Promise<void> {
  const encryption = await parts.homeserver.state(roomId, 'm.room.encryption', '');
  if (encryption === undefined || !turnsEncryptionOn('m.room.encryption', '', encryption)) return;
  await parts.store.portals.update(portal.id, { state: 'closed' });
  await parts.homeserver.leave(roomId);
  throw new RcfedError('RCFED_ROOM_ENCRYPTED', `${roomId} is encrypted: nobody but its members can read it`);
}

/** Refuses a room that another bridge serves for this workspace. Answers what the bot lacks there. */
async function claimMatrixRoom(parts: BridgeParts, portal: Portal, roomId: MatrixRoomId): Promise<readonly string[]> {
  const { workspaceId, bridgeId } = parts.identity;
  const claim = await parts.homeserver.state(roomId, BRIDGE_STATE, workspaceId);
  const other = claim?.['bridge'];
  if (typeof other === 'string' && other !== bridgeId) {
    await parts.store.portals.update(portal.id, { state: 'closed' });
    await parts.homeserver.leave(roomId);
    throw new RcfedError('RCFED_ROOM_BRIDGED', `Another bridge serves ${roomId} for this workspace`);
  }
  if (other === bridgeId && claim?.['room'] === portal.workspaceRoomId) return [];
  try {
    await parts.homeserver.sendState(roomId, BRIDGE_STATE, workspaceId, {
      bridge: bridgeId,
      room: portal.workspaceRoomId,
    });
    return [];
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 403) throw error;
    const bot = parts.homeserver.userId;
    return [
      `${bot} may not change the Matrix room: give it power level 50, so that deletions by moderators carry over`,
    ];
  }
}

async function activate(
  parts: BridgeParts,
  portal: Portal,
  matrixRoomId: MatrixRoomId,
  linkedAt: number,
  retention: LinkRequest['retention'],
): Promise<Portal> {
  const { store } = parts;
  const newest = await newestEvent(parts, matrixRoomId);
  await store.setCursor(linkedAtCursor(portal), String(linkedAt));
  await store.setCursor(caughtUpTo(portal), String(linkedAt));
  if (newest !== undefined) await store.setCursor(wholeUpTo(portal), newest);
  return store.portals.update(portal.id, { state: 'active', matrixRoomId, ...(retention && { retention }) });
}
