import type { WorkspaceRoomId } from '../../core/ids.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';

/**
 * The direct message of that account and these people in Rocket.Chat, made if there is none.
 * Names that the server does not know are left out by it without a word, down to a conversation with oneself: that
 * is thrown as an Error here. Too many people: RemoteError `error-direct-message-max-user-exceeded`.
 */
export async function openRoomOf(member: WorkspaceApi, others: readonly string[]): Promise<WorkspaceRoomId> {
  const { id, usernames: members } = await member.openDirect(others);
  const missing = others.filter((name) => members.length > 0 && !members.includes(name));
  if (missing.length > 0) throw new Error(`Rocket.Chat left out ${missing.join(', ')}`);
  return id;
}
