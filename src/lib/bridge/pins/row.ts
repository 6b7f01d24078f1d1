import type { RawMessage } from '../../rocketchat/types.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { PortalIndex } from '../portal-index.ts';
import { readMessage } from '../workspace/message.ts';

/** Type of a row that says: what is pinned in this room may have changed. */
export const PINS = 'pins';

/**
 * What a Rocket.Chat message says of pins, beside what it is itself: a `message_pinned` says that something was
 * pinned, not what; a message that was ever pinned says whether it still is. undefined: nothing.
 */
export function pinsRow(portals: PortalIndex, raw: RawMessage): NewInboxRow | undefined {
  const message = readMessage(raw);
  const portal = message && portals.ofWorkspaceRoom(message.roomId);
  if (message === undefined || portal === undefined) return undefined;
  const common = { side: 'workspace', lane: portal.lane, ref: message.id, type: PINS } as const;
  if (message.systemType === 'message_pinned') {
    return { ...common, key: `${message.id}|pins`, order: message.at, body: '{}' };
  }
  const { pinned } = raw;
  if (typeof pinned !== 'boolean' || message.systemType !== undefined) return undefined;
  const { updatedAt } = message;
  return { ...common, key: `${message.id}|${updatedAt}|pins`, order: updatedAt, body: JSON.stringify({ pinned }) };
}
