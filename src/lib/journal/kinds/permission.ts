import * as v from 'valibot';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, putBack } from '../undone.ts';
import { isSameList } from './same-list.ts';

export const permissionChange = v.object({
  kind: v.literal('permission'),
  permission: v.string(),
  from: v.array(v.string()),
  to: v.array(v.string()),
});

const listed = (roles: readonly string[]): string => roles.join(', ') || 'nobody';

/** Which roles have a permission of the workspace. */
export const permission: ChangeKind<v.InferOutput<typeof permissionChange>> = {
  subject: (change) => change.permission,
  inWords: ({ permission: id, from, to }) => `Permission ${id}: ${listed(from)} → ${listed(to)}`,
  async undo({ permission: id, from, to }, parts) {
    const { api } = await parts.admin();
    const now = (await api.permissions()).get(id);
    if (now === undefined) return ALREADY;
    const what = `${id} is with ${listed(now)} now`;
    const present = { isAsBefore: isSameList(now, from), isAsLeft: isSameList(now, to), what };
    return await putBack(parts, present, () => api.setPermission(id, from));
  },
};
