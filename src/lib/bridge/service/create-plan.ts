import { RcfedError } from '../../core/errors.ts';
import { parseRoomAlias } from '../../matrix/user-id.ts';
import type { WorkspaceRoom, WorkspaceUser } from '../../rocketchat/types.ts';
import type { BridgeParts } from '../parts.ts';
import type { CreateRequest } from './create-view.ts';
import { invitee } from './invite.ts';
import { halfMade, nameTaken } from './make-workspace-room.ts';
import { aliasTaken, aliasesFor } from './new-matrix-room.ts';

/** Everything that `rooms create` was asked for, looked up and found possible. */
export interface CreatePlan {
  readonly key: string;
  readonly type: 'c' | 'p';
  readonly name: string;
  readonly topic: string;
  /** The room is there and federated: only what it lacks is done. */
  readonly existing: WorkspaceRoom | undefined;
  readonly members: readonly WorkspaceUser[];
  readonly owner: WorkspaceUser | undefined;
  /** Matrix ids of people elsewhere. */
  readonly external: readonly string[];
  readonly alias: string | undefined;
  readonly version: string | undefined;
  readonly isListed: boolean;
}

/**
 * Looks at both servers, changes nothing.
 * @throws RcfedError RCFED_ROOM_NAME_TAKEN, RCFED_ROOM_NAME_INVALID, RCFED_PERSON_UNKNOWN, RCFED_ALIAS_*, RCFED_ROOM_VERSION,
 *   RCFED_MATRIX_ID_INVALID
 */
export async function planRoom(parts: BridgeParts, request: CreateRequest): Promise<CreatePlan> {
  const name = request.name.trim().replace(/^#/, '');
  if (name === '') throw new RcfedError('RCFED_ROOM_NAME_INVALID', 'A room needs a name');
  const type = request.private === true ? 'p' : 'c';
  const key = `create:${type}:${name}`;
  await assertVersion(parts, request.version);
  const existing = await existingRoom(parts, key, type, name);
  const isExternal = (member: string): boolean => /^@.*:/.test(member);
  const all = [...new Set(request.members?.map((member) => member.trim()))];
  const external = all.filter(isExternal);
  for (const user of external) {
    const person = await invitee(parts, user);
    if (typeof person === 'object')
      throw new RcfedError('RCFED_MATRIX_ID_INVALID', `${user} can't be invited`, { why: person.reason });
  }
  const members: WorkspaceUser[] = [];
  for (const member of all) if (!isExternal(member)) members.push(await colleague(parts, member));
  return {
    key,
    type,
    name,
    topic: request.topic ?? '',
    existing,
    members,
    owner: request.owner === undefined ? undefined : await colleague(parts, request.owner),
    external,
    alias: await wantedAlias(parts, request.alias, existing),
    version: request.version,
    isListed: type === 'c' && request.unlisted !== true,
  };
}

/** In words, as far as it can be told before. */
export function planInWords(parts: BridgeParts, plan: CreatePlan): readonly string[] {
  const { serverName } = parts.identity;
  const { name, type, existing } = plan;
  const [alias = ''] = aliasesFor(parts, { id: '' as WorkspaceRoom['id'], name }, plan.alias);
  const isAscii = plan.alias !== undefined || /^[0-9a-z_.-]+$/.test(name);
  const version = plan.version === undefined ? '' : `, version ${plan.version}`;
  const made = [
    `+ ${type === 'c' ? 'channel' : 'private group'} ${name} in Rocket.Chat`,
    `+ Matrix room ${isAscii ? `#${alias}:${serverName}` : `with an alias made of ${name}`}${version}`,
  ];
  return [
    ...(existing === undefined ? made : [`= ${name} is federated already`]),
    ...(plan.topic === '' ? [] : [`+ topic ${plan.topic}`]),
    ...(plan.isListed ? [`+ line in the room directory of ${serverName}`] : []),
    ...(plan.owner === undefined ? [] : [`+ owner ${plan.owner.username}`]),
    ...plan.members.map(({ username }) => `+ member ${username}`),
    ...plan.external.map((user) => `+ invitation of ${user}`),
  ];
}

async function existingRoom(
  parts: BridgeParts,
  key: string,
  type: 'c' | 'p',
  name: string,
): Promise<WorkspaceRoom | undefined> {
  if ((await halfMade(parts, { key, type })) !== undefined) return undefined;
  const room = await parts.workspace.roomByName(name);
  if (room === undefined) return undefined;
  if (room.archived) throw nameTaken(name, 'It is archived.');
  const portal = await parts.store.portals.byWorkspaceRoom(room.id);
  if (portal?.state !== 'active') throw nameTaken(name, 'It is not federated.');
  if (room.type === type) return room;
  throw nameTaken(name, `It is ${room.type === 'c' ? 'a channel' : 'a private group'}.`);
}

async function colleague(parts: BridgeParts, text: string): Promise<WorkspaceUser> {
  const user = await parts.workspace.userByName(text.replace(/^@/, ''));
  if (user?.active === true) return user;
  throw new RcfedError('RCFED_PERSON_UNKNOWN', `${text} is nobody in Rocket.Chat`, {
    try: ['Write a username as in Rocket.Chat: --member bob', 'Or a Matrix id in full: --member @alice:example.org'],
  });
}

async function assertVersion({ homeserver }: BridgeParts, version: string | undefined): Promise<void> {
  if (version === undefined) return;
  const { known, standard } = await homeserver.roomVersions();
  if (known.length === 0 || known.includes(version)) return;
  throw new RcfedError('RCFED_ROOM_VERSION', `The homeserver can't make rooms of version ${version}`, {
    why: `It knows ${known.join(', ')}${standard === undefined ? '' : `, and takes ${standard} by itself`}.`,
  });
}

/** Localpart of the alias. An application service may have aliases of its namespace only. */
async function wantedAlias(
  parts: BridgeParts,
  text: string | undefined,
  existing: WorkspaceRoom | undefined,
): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const { prefix, serverName } = parts.identity;
  const parsed = parseRoomAlias(text.startsWith('#') ? text : `#${text}:${serverName}`);
  const isOurs = parsed?.serverName === serverName && parsed.localpart.startsWith(prefix);
  if (parsed === undefined || !isOurs || /\s/.test(parsed.localpart)) {
    throw new RcfedError('RCFED_ALIAS_INVALID', `${text} can't be the alias of a room that the bridge makes`, {
      why: `Its aliases are #${prefix}…:${serverName}, without spaces; other ones belong to the homeserver's users.`,
      try: [`rcfed rooms create NAME --alias ${prefix}name`],
    });
  }
  const { alias } = parsed;
  const holder = await parts.homeserver.resolveAlias(alias);
  if (holder === undefined) return parsed.localpart;
  const portal = await parts.store.portals.byMatrixRoom(holder);
  const isOwn = portal !== undefined && portal.workspaceRoomId === existing?.id;
  // One that was made by a run that was cut short is not in the store yet, and told by its state later.
  const isHalf = portal === undefined && (await parts.homeserver.joinedRooms()).includes(holder);
  if (isOwn || isHalf) return parsed.localpart;
  throw aliasTaken(alias);
}
