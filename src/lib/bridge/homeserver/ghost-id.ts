import type { MatrixUserId } from '../../core/ids.ts';
import { ghostUserId } from '../../matrix/user-id.ts';
import type { BridgeParts } from '../parts.ts';
import type { WorkspaceAuthor } from '../events.ts';

/** The Matrix id of a ghost that is yet to be made: a name that another user had before gets a suffix. */
export async function idForGhost(
  { identity, store }: Pick<BridgeParts, 'identity' | 'store'>,
  { id, username }: Pick<WorkspaceAuthor, 'id' | 'username'>,
): Promise<MatrixUserId> {
  const { prefix, serverName, matrixBot } = identity;
  const plain = ghostUserId(prefix, username, serverName);
  const isTaken = plain === matrixBot || (await store.people.byMatrixUser(plain)) !== undefined;
  return isTaken ? ghostUserId(prefix, `${username}.${id}`, serverName) : plain;
}
