import { randomBytes } from 'node:crypto';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { NewInboxRow, Portal } from '../../store/types.ts';
import { POWER_LEVELS } from '../homeserver/power.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { readMessage } from '../workspace/message.ts';

/** Type of a row that says: who is what in this Rocket.Chat room may have changed. */
export const ROLES = 'roles';

/** What Rocket.Chat says when it was, of 6.x too; by whom and to what is not believed, but looked at. */
const CHANGES = new Set([
  'subscription-role-added',
  'subscription-role-removed',
  'new-owner',
  'owner-removed',
  'new-moderator',
  'moderator-removed',
  'user-muted',
  'user-unmuted',
]);

/** undefined: that message says nothing of roles. */
export function rolesRow(portals: PortalIndex, raw: RawMessage): NewInboxRow | undefined {
  const message = readMessage(raw);
  const portal = message && portals.ofWorkspaceRoom(message.roomId);
  if (message?.systemType === undefined || portal === undefined || !CHANGES.has(message.systemType)) return undefined;
  const { lane } = portal;
  return {
    side: 'workspace',
    lane,
    key: `${message.id}|roles`,
    ref: message.id,
    type: ROLES,
    order: message.at,
    body: '{}',
  };
}

/** Has the roles in Rocket.Chat compared with what is agreed; the caller wakes the lane. */
export async function compareWorkspaceRoles({ store, clock }: BridgeParts, portal: Portal): Promise<void> {
  const key = newKey();
  const row = { side: 'workspace', lane: portal.lane, key, ref: portal.workspaceRoomId, type: ROLES } as const;
  await store.inbox.record({ rows: [{ ...row, order: clock.now(), body: '{}' }] });
}

/** Has the levels on Matrix compared with what is agreed; the caller wakes the lane. */
export async function compareMatrixRoles({ store, homeserver }: BridgeParts, portal: Portal): Promise<void> {
  if (portal.matrixRoomId === undefined) return;
  const key = newKey();
  const event = { event_id: key, room_id: portal.matrixRoomId, sender: homeserver.userId, type: POWER_LEVELS };
  const body = JSON.stringify({ ...event, state_key: '', content: {} });
  const row = { side: 'homeserver', lane: portal.lane, key, ref: portal.matrixRoomId, type: POWER_LEVELS } as const;
  await store.inbox.record({ rows: [{ ...row, body }] });
}

const newKey = (): string => `roles:${randomBytes(9).toString('base64url')}`;
