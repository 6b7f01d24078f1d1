import type { FederationAction } from '../access/federation-roles.ts';
import type { BridgeParts } from '../bridge/parts.ts';
import { notFederated, portalNamed } from '../bridge/service/portal-named.ts';
import { RcfedError } from '../core/errors.ts';
import type { Portal } from '../store/portal-types.ts';
import type { PersonCaller } from './authorise.ts';
import { seesChannels } from './person-view.ts';

/** What an operation asks of somebody who is no admin of the workspace. */
export interface PersonRight {
  /** What their roles must allow: `federation access roles`. */
  readonly allows?: FederationAction;
  /**
   * For operations on a federated room, which their body names as `room`: the person is in it, and, unless this is
   * `member`, has that permission of Rocket.Chat there, as owner or moderator or everywhere.
   */
  readonly inRoom?: 'member' | 'add-user-to-joined-room' | 'remove-user' | 'ban-user' | 'edit-room' | 'set-moderator';
}

/**
 * Throws RcfedError unless the person has the right: RCFED_NOT_ALLOWED with the why and the cure, RCFED_ROOM_UNKNOWN
 * for a room that they do not see. RemoteError where the workspace can't be asked.
 */
export type AssertRight = (caller: PersonCaller, right: PersonRight, body: object) => Promise<void>;

export function createAssertRight(parts: BridgeParts): AssertRight {
  return async ({ user, workspace }, { allows, inRoom }, body) => {
    if (allows !== undefined) await parts.federation.assertMayFederate(user, allows);
    if (inRoom === undefined) return;
    const room = 'room' in body && typeof body.room === 'string' ? body.room : '';
    const portal = await portalNamed(parts, room);
    const inThere = await workspace.ownRolesIn(portal.workspaceRoomId);
    if (inThere !== undefined && inRoom === 'member') return;
    const permissions = await parts.workspace.permissions();
    if (inThere === undefined) throw outsider(portal, room, seesChannels(user, permissions));
    // A version before 8 has no bans: there the bridge removes people instead.
    const holders =
      permissions.get(inRoom) ?? (inRoom === 'ban-user' ? permissions.get('remove-user') : undefined) ?? [];
    if ([...user.roles, ...inThere].some((role) => holders.includes(role))) return;
    throw new RcfedError('RCFED_NOT_ALLOWED', `You may not do this in ${portal.name}`, {
      why: `It takes the permission ${inRoom}, which here has ${holders.join(', ') || 'nobody'}.`,
      try: [`Ask an owner of ${portal.name}.`],
    });
  };
}

/** Who does not see a room is not told that there is one. */
function outsider({ name, roomType }: Portal, asked: string, isSeeingChannels: boolean): RcfedError {
  if (roomType !== 'c' || !isSeeingChannels) return notFederated(asked);
  return new RcfedError('RCFED_NOT_ALLOWED', `You are not in ${name}`, {
    why: 'The bridge acts with the rights of the Rocket.Chat account that asks it.',
    try: [`Join ${name} in Rocket.Chat.`, 'rcfed rooms list'],
  });
}
