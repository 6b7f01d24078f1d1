import type { WorkspaceUserId } from '../../core/ids.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import type { Person } from '../../store/people-types.ts';
import type { BridgeParts } from '../parts.ts';

/** The workspace as a puppet's account reaches it; undefined: it has none yet, or no token. */
export function asPuppet(
  { workspace }: Pick<BridgeParts, 'workspace'>,
  person: Person | undefined,
): { readonly api: WorkspaceApi; readonly userId: WorkspaceUserId } | undefined {
  const { workspaceUserId: userId, token } = person ?? {};
  return userId === undefined || token === undefined ? undefined : { api: workspace.as({ userId, token }), userId };
}
