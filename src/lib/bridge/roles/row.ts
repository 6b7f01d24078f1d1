import { randomBytes } from 'node:crypto';
import type { EventId, MatrixUserId } from '../../core/ids.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { readEvent } from '../homeserver/event.ts';
import { POWER_LEVELS } from '../homeserver/power.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { readMessage } from '../workspace/message.ts';

/** Type of a row that says: who is what in the room of that side may have changed. */
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

/** What a row of the homeserver's side may say besides: by which event the change was noticed. */
export interface MatrixRolesNews {
  readonly sender?: MatrixUserId;
  readonly eventId?: EventId;
}

/** Beside the row of an event of somebody's that changed levels, which says more than who is what. */
export function matrixRolesRow(portals: PortalIndex, raw: unknown): NewInboxRow | undefined {
  const event = readEvent(raw);
  const portal = event && portals.ofMatrixRoom(event.roomId);
  if (portal === undefined || event?.type !== POWER_LEVELS || event.stateKey !== '') return undefined;
  const news: MatrixRolesNews = { sender: event.sender, eventId: event.id };
  return matrixRow(portal, `${event.id}|roles`, news);
}

/** Has the levels on Matrix compared with what is agreed; the caller wakes the lane. */
export async function compareMatrixRoles({ store }: Pick<BridgeParts, 'store'>, portal: Portal): Promise<void> {
  await store.inbox.record({ rows: [matrixRow(portal, newKey(), {})] });
}

const matrixRow = (portal: Portal, key: string, news: MatrixRolesNews): NewInboxRow => ({
  side: 'homeserver',
  lane: portal.lane,
  key,
  ref: news.eventId ?? portal.workspaceRoomId,
  type: ROLES,
  body: JSON.stringify(news),
});

const newKey = (): string => `roles:${randomBytes(9).toString('base64url')}`;
