import type { WorkspaceRoomId } from '../../core/ids.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import type { BridgeParts } from '../parts.ts';
import { type WorkspaceMessage, readMessage } from '../workspace/message.ts';

/**
 * Messages written in a room since a time (ms, the workspace's) that somebody else wrote and that nobody has dealt
 * with, oldest first. None: there is nothing to open a room on Matrix for.
 */
export async function unknownMessages(
  parts: Pick<BridgeParts, 'store' | 'isOwnAccount'>,
  member: WorkspaceApi,
  roomId: WorkspaceRoomId,
  since: number,
): Promise<readonly WorkspaceMessage[]> {
  const { updated } = await member.syncMessages(roomId, since);
  const unknown: WorkspaceMessage[] = [];
  for (const raw of updated) {
    const message = readMessage(raw);
    if (message === undefined || message.systemType !== undefined || message.at < since) continue;
    if (await parts.isOwnAccount(message.author.id)) continue;
    if (await isDealtWith(parts, message)) continue;
    unknown.push(message);
  }
  return unknown.toSorted((one, other) => one.at - other.at);
}

/** Carried over, or settled otherwise. What waits in the lane of a portal that is closed is not. */
async function isDealtWith({ store }: Pick<BridgeParts, 'store'>, { id }: WorkspaceMessage): Promise<boolean> {
  if ((await store.ledger.snapshot(id)) !== undefined) return true;
  return (await store.inbox.byRef(id)).some(({ side, state }) => side === 'workspace' && state !== 'pending');
}
