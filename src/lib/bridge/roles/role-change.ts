import type { MatrixUserId } from '../../core/ids.ts';
import type { WorkspaceAuthor } from '../events.ts';
import type { AgreedRole } from './agreed-roles.ts';
import type { Role } from './role.ts';

/** Somebody who is to be something else on the other side. */
export interface RoleChange {
  readonly user: WorkspaceAuthor;
  /** undefined: somebody of the workspace who has no ghost yet. */
  readonly matrixUserId: MatrixUserId | undefined;
  readonly wanted: Role;
  readonly agreed: AgreedRole;
}

/** The same where both accounts are known. */
export interface KnownRoleChange extends RoleChange {
  readonly matrixUserId: MatrixUserId;
}
