import type { WorkspaceRoomId, WorkspaceUserId } from '../../core/ids.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import { wordLane } from '../../store/lane-names.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { type WorkspaceMessage, readMessage } from '../workspace/message.ts';

/** Type of an inbox row of a message that somebody wrote to the bridge itself. */
const WORD_ROW = 'word';

/**
 * In a federated room, where other bots may listen too: only these, with the mark in front. Who leaves it for good is
 * not said there: Rocket.Chat's own `/leave` means oneself.
 */
const IN_A_ROOM = /^\s*!(?:federation|invite|kick|topic|rename)(?:\s|$)/i;

/**
 * A message that is meant for the bridge: in a direct message with its bot each, in a federated room one that begins
 * with `!federation`, `!invite` and the like. undefined: none. What a bot, a webhook or an edit says never is one:
 * whoever wrote it did not mean to.
 */
export async function wordRow(
  parts: Pick<BridgeParts, 'identity' | 'isOwnAccount'>,
  portals: PortalIndex,
  raw: RawMessage,
): Promise<NewInboxRow | undefined> {
  const message = readMessage(raw);
  if (message === undefined || !isWord(parts, portals, message)) return undefined;
  if (message.editedAt !== undefined || raw['bot'] !== undefined || raw['alias'] !== undefined) return undefined;
  if (await parts.isOwnAccount(message.author.id)) return undefined;
  return {
    side: 'workspace',
    lane: wordLane(message.roomId),
    key: `${WORD_ROW}|${message.id}`,
    ref: message.id,
    type: WORD_ROW,
    order: message.at,
    body: JSON.stringify(raw),
  };
}

/** Whether its text is meant for the bridge, in a room where the bridge listens. */
function isWord(
  { identity }: Pick<BridgeParts, 'identity'>,
  portals: Pick<PortalIndex, 'ofWorkspaceRoom'>,
  { roomId, author, text, systemType }: WorkspaceMessage,
): boolean {
  if (systemType !== undefined || text.trim() === '') return false;
  const portal = portals.ofWorkspaceRoom(roomId);
  if (portal === undefined) return roomId === directRoomId(identity.workspaceBot, author.id);
  return portal.direct === undefined && isForTheBridge(text);
}

/** What people write to the bridge in a federated room, and nobody on Matrix is to read. */
export const isForTheBridge = (text: string): boolean => IN_A_ROOM.test(text);

/** A direct message of two has their ids, sorted, as its own. */
const directRoomId = (one: WorkspaceUserId, other: WorkspaceUserId): WorkspaceRoomId =>
  [one, other].toSorted().join('') as WorkspaceRoomId;
