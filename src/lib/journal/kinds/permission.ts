import * as v from 'valibot';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, done, kept } from '../undone.ts';
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
    if (now === undefined || isSameList(now, from)) return ALREADY;
    const what = `${id} is with ${listed(now)} now`;
    if (!isSameList(now, to) && !(await parts.mayOverwrite(what)))
      return kept(`Somebody has changed it since: ${what}.`);
    return await done(parts, () => api.setPermission(id, from));
  },
};
