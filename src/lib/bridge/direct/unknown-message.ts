import type { WorkspaceRoomId } from '../../core/ids.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import type { BridgeParts } from '../parts.ts';
import { type WorkspaceMessage, readMessage } from '../workspace/message.ts';

/**
 * Messages written in a room since a time (ms, the workspace's) that somebody else wrote and that were never carried
 * over, oldest first. None: there is nothing to open a room on Matrix for.
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
    if ((await parts.store.ledger.snapshot(message.id)) === undefined) unknown.push(message);
  }
  return unknown.toSorted((one, other) => one.at - other.at);
}
