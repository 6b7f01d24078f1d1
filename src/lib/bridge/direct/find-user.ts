import type { MatrixUserId } from '../../core/ids.ts';
import { ghostUserId } from '../../matrix/user-id.ts';
import type { WorkspaceAuthor } from '../events.ts';
import type { BridgeParts } from '../parts.ts';
import { mayBeGhost } from './invite.ts';

/**
 * The Rocket.Chat user that a Matrix id in our namespace stands for, or would stand for: a ghost that exists belongs
 * to its user for ever, any other name is that of the user who has it now. undefined: there is nobody.
 */
export async function userOfGhost(parts: BridgeParts, id: MatrixUserId): Promise<WorkspaceAuthor | undefined> {
  const { identity, store, workspace } = parts;
  if (!mayBeGhost(identity, id)) return undefined;
  const known = await store.people.byMatrixUser(id);
  if (known?.kind === 'puppet') return undefined;
  if (known?.workspaceUserId !== undefined) {
    return { id: known.workspaceUserId, username: known.username, name: known.displayName };
  }
  const username = usernameIn(id, identity.prefix);
  const user = username === undefined ? undefined : await workspace.userByName(username);
  if (user === undefined || !user.active || (await parts.isOwnAccount(user.id))) return undefined;
  // Upper case and what is cut from long names can't be told back: only a name that leads here is the one meant.
  if (ghostUserId(identity.prefix, user.username, identity.serverName) !== id) return undefined;
  // Somebody whose ghost has another id, since their name was another's before.
  if ((await store.people.byWorkspaceUser(user.id)) !== undefined) return undefined;
  return { id: user.id, username: user.username, name: user.name };
}

/** undefined: no name was ever written so. https://spec.matrix.org/v1.17/appendices/#mapping-from-other-character-sets */
function usernameIn(id: MatrixUserId, prefix: string): string | undefined {
  const localpart = id.slice(1 + prefix.length, id.indexOf(':'));
  try {
    return decodeURIComponent(localpart.replaceAll('%', '%25').replaceAll(/=([0-9a-f]{2})/g, '%$1')) || undefined;
  } catch {
    return undefined;
  }
}
