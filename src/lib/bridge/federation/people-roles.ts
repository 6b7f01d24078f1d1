import type { WorkspaceUserId } from '../../core/ids.ts';
import type { BridgeParts } from '../parts.ts';

/** A role that was given or taken away counts no later than this. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_PEOPLE = 10_000;

interface Known {
  readonly until: number;
  readonly roles: Promise<readonly string[]>;
}

/** Asks the workspace for somebody's roles, at most once a minute; who is gone or deactivated has none. */
export function createPeopleRoles({
  workspace,
  clock,
}: Pick<BridgeParts, 'workspace' | 'clock'>): (id: WorkspaceUserId) => Promise<readonly string[]> {
  const known = new Map<WorkspaceUserId, Known>();
  const read = async (id: WorkspaceUserId): Promise<readonly string[]> => {
    const user = await workspace.userById(id);
    return user?.active === true ? user.roles : [];
  };
  return (id) => {
    const remembered = known.get(id);
    if (remembered !== undefined && remembered.until > clock.now()) return remembered.roles;
    if (known.size >= REMEMBERED_PEOPLE) known.clear();
    const roles = read(id);
    known.set(id, { until: clock.now() + REMEMBERED_MS, roles });
    // A workspace that was down says nothing about the person.
    roles.catch(() => known.get(id)?.roles === roles && known.delete(id));
    return roles;
  };
}
