import type { MessageId, WorkspaceRoomId } from '../../core/ids.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import type { BridgeParts } from '../parts.ts';
import { type WorkspaceMessage, readMessage } from '../workspace/message.ts';

/**
 * The first message written in a room since a time (ms, the workspace's) that somebody else wrote and that was never
 * carried over. undefined: there is nothing to open a room on Matrix for.
 */
export async function firstUnknownMessage(
  parts: Pick<BridgeParts, 'store' | 'isOwnAccount'>,
  member: WorkspaceApi,
  roomId: WorkspaceRoomId,
  since: number,
): Promise<WorkspaceMessage | undefined> {
  const { updated } = await member.syncMessages(roomId, since);
  let first: WorkspaceMessage | undefined;
  for (const raw of updated) {
    const message = readMessage(raw);
    if (message === undefined || message.systemType !== undefined || message.at < since) continue;
    if (first !== undefined && first.at <= message.at) continue;
    if (await parts.isOwnAccount(message.author.id)) continue;
    if ((await parts.store.ledger.snapshot(raw['_id'] as MessageId)) === undefined) first = message;
  }
  return first;
}
