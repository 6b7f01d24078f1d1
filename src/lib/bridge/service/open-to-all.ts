import { RcfedError } from '../../core/errors.ts';
import type { RoomReference } from '../../matrix/room-id.ts';
import { invitationInto } from '../invitations/received.ts';
import type { BridgeParts } from '../parts.ts';
import { roomIdOf } from './matrix-room.ts';
import { previewRoom } from './preview-room.ts';

/**
 * For somebody who is no admin: of a room that not anybody may join a private group is made, in which they would not
 * be, and an invitation of the bot is an admin's to accept. What can be told is told before the bot joins.
 * @throws RcfedError RCFED_NOT_ALLOWED, and as `previewRoom`
 */
export async function assertOpenToAll(
  parts: BridgeParts,
  reference: RoomReference,
  via: readonly string[] | undefined,
): Promise<void> {
  const invitation = await invitationInto(parts, await roomIdOf(parts, reference));
  const preview = await previewRoom(parts, reference, via, invitation);
  if (preview?.isPublic === false) throw forAdmins(reference.room);
}

export const forAdmins = (room: string): RcfedError =>
  new RcfedError('RCFED_NOT_ALLOWED', `Only admins of the workspace may bring ${room} into it`, {
    why: 'It is no room that anybody may join.',
    try: ['Ask an admin of the workspace.'],
  });
