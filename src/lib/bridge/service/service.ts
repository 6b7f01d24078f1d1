import type { Bridge } from '../running-bridge.ts';
import type { BridgeParts } from '../parts.ts';
import { accessRules, changeAccess, checkAccess } from './access.ts';
import { createRoom } from './create.ts';
import { deleteRoom } from './delete.ts';
import { federationRoles, setFederationRoles } from './federation-roles.ts';
import { bridgeHealth, bridgeHearing } from './health.ts';
import { acceptInvitation, listInvitations, rejectInvitation } from './invitations.ts';
import { joinRoom } from './join.ts';
import { leaveRoom } from './leave.ts';
import { showRoom } from './show.ts';
import { inviteLink, inviteUsers, verifyUsers } from './invite.ts';
import { linkRooms } from './link.ts';
import { changeRoom } from './change-room.ts';
import { openDirect } from './open-direct.ts';
import { asideRows, dropAside, retryAside, showAside } from './quarantine.ts';
import { personalService } from './personal.ts';
import { changeMembers } from './member-changes.ts';
import { listMembers } from './members.ts';
import { returnMember } from './return-member.ts';
import { rehearseLink } from './rehearse.ts';
import { listRooms } from './rooms.ts';
import { searchRooms } from './search.ts';
import { federationStats } from './stats.ts';
import { bridgeStatus } from './status.ts';
import { traceOf } from './trace.ts';
import { unlinkRooms } from './unlink.ts';
import type { BridgeService } from './views.ts';

/**
 * What the commands ask of a bridge. With `bridge` it is the running one's, reached through the admin
 * API; without, a command has opened the store itself and the same code works on that.
 */
export function createBridgeService(parts: BridgeParts, bridge: Bridge | undefined): BridgeService {
  return {
    create: (request) => createRoom(parts, bridge, request),
    join: (request) => joinRoom(parts, bridge, request),
    invitations: () => listInvitations(parts),
    acceptInvitation: (request) => acceptInvitation(parts, bridge, request),
    rejectInvitation: (request) => rejectInvitation(parts, request),
    leave: (request) => leaveRoom(parts, bridge, request),
    show: (request) => showRoom(parts, bridge, request),
    delete: (request) => deleteRoom(parts, bridge, request),
    link: (request) => linkRooms(parts, bridge, request),
    rehearse: (request) => rehearseLink(parts, request),
    unlink: (request) => unlinkRooms(parts, bridge, request),
    rooms: () => listRooms(parts, bridge),
    search: (request) => searchRooms(parts, request),
    accessRules: () => accessRules(parts),
    changeAccess: (request) => changeAccess(parts, request),
    checkAccess: (request) => checkAccess(parts, request),
    federationRoles: () => federationRoles(parts),
    setFederationRoles: (request) => setFederationRoles(parts, request),
    invite: (request) => inviteUsers(parts, request),
    verify: ({ users }) => verifyUsers(parts, users),
    members: (request) => listMembers(parts, request),
    changeMembers: (request) => changeMembers(parts, request),
    returnMember: (request) => returnMember(parts, bridge, request),
    inviteLink: ({ room }) => inviteLink(parts, room),
    openDirect: (request) => openDirect(parts, bridge, request),
    changeRoom: (request) => changeRoom(parts, request),
    stats: (request) => federationStats(parts, request),
    status: () => bridgeStatus(parts, bridge),
    health: () => bridgeHealth(parts),
    hearing: () => bridgeHearing(bridge),
    ...personalService(parts, bridge),
    trace: ({ ref }) => traceOf(parts, ref),
    asideRows: () => asideRows(parts),
    showAside: ({ id }) => showAside(parts, id),
    retryAside: (request) => retryAside(parts, bridge, request),
    dropAside: (request) => dropAside(parts, request),
  };
}
