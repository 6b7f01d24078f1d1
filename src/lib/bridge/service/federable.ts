import { RcfedError } from '../../core/errors.ts';
import type { WorkspaceRoom } from '../../rocketchat/types.ts';
import type { BridgeParts } from '../parts.ts';

/** The Rocket.Chat room of that id or name; ids first, for anybody may name a room as another one's. */
export async function roomNamed(
  { workspace }: Pick<BridgeParts, 'workspace'>,
  text: string,
): Promise<WorkspaceRoom | undefined> {
  const name = text.replace(/^#/, '');
  return (await workspace.roomById(name as WorkspaceRoom['id'])) ?? (await workspace.roomByName(name));
}

/**
 * The Rocket.Chat room of that name or id, if it can be federated.
 * @throws RcfedError RCFED_ROOM_UNKNOWN, RCFED_ROOM_NOT_FEDERABLE
 */
export async function federableRoom(parts: BridgeParts, text: string): Promise<WorkspaceRoom> {
  const room = await roomNamed(parts, text);
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

/** Throws RCFED_BOT_NOT_MODERATOR where the bot could not add puppets to a private group. */
export async function assertBotModerates(parts: BridgeParts, room: WorkspaceRoom): Promise<void> {
  if (room.type === 'c') return;
  const roles = (await parts.workspace.roomRoles(room)).get(parts.identity.workspaceBot) ?? [];
  if (parts.identity.mode === 'alias' || roles.includes('owner') || roles.includes('moderator')) return;
  throw new RcfedError('RCFED_BOT_NOT_MODERATOR', `The bot is not a moderator of ${room.name}`, {
    why: 'Only a moderator or an owner may add members to a private group.',
  });
}

/** The bot sees messages only where it is a member; a private group it is in already, or does not see. */
export async function joinWorkspaceRoom(parts: BridgeParts, room: WorkspaceRoom): Promise<void> {
  if (room.type === 'c') return parts.workspace.joinRoom(room.id);
  return assertBotModerates(parts, room);
}
