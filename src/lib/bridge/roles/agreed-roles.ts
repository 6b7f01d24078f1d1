import type { MatrixUserId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { AgreedChange } from '../../store/settlement-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { Role } from './role.ts';

/** What somebody was on each side when that was last dealt with; not the same where a side refused for good. */
export interface AgreedRole {
  readonly workspace: Role;
  readonly matrix: Role;
}

export interface AgreedRoles {
  /** False: the room's roles were never compared since it was linked. */
  readonly takenOver: boolean;
  /** Everybody who is or was something on a side. */
  readonly people: readonly MatrixUserId[];
  of(userId: MatrixUserId): AgreedRole;
}

const PREFIX = 'role:';
/** Not a person: roles of this portal were compared once. */
const TAKEN_OVER = 'roles';

/** Fields are `role:<Matrix id>`; the value is a role, or `<in Rocket.Chat>/<on Matrix>`; none: nothing on both. */
export async function agreedRoles({ store }: Pick<BridgeParts, 'store'>, { id }: Portal): Promise<AgreedRoles> {
  const fields = await store.agreed.of(id);
  return {
    takenOver: fields.has(TAKEN_OVER),
    people: [...fields.keys()].flatMap((field) =>
      field.startsWith(PREFIX) ? [field.slice(PREFIX.length) as MatrixUserId] : [],
    ),
    of(userId) {
      const [workspace = 'plain', matrix = workspace] = (fields.get(PREFIX + userId)?.split('/') ?? []) as Role[];
      return { workspace, matrix };
    },
  };
}

/** To be settled with what was done; undefined: nothing is agreed of that person any more. */
export function agreedChange(
  { id }: Portal,
  roles: ReadonlyMap<MatrixUserId, AgreedRole | undefined>,
  isTakeOver: boolean,
): AgreedChange {
  const fields = new Map<string, string | undefined>(isTakeOver ? [[TAKEN_OVER, 'taken over']] : []);
  for (const [userId, role] of roles) fields.set(PREFIX + userId, role && written(role));
  return { portalId: id, fields };
}

function written({ workspace, matrix }: AgreedRole): string | undefined {
  if (workspace !== matrix) return `${workspace}/${matrix}`;
  return workspace === 'plain' ? undefined : workspace;
}
