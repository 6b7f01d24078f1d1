import * as v from 'valibot';
import { RemoteError } from '../../core/remote-error.ts';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, done, kept } from '../undone.ts';
import { isSameList } from './same-list.ts';

export const accountChange = v.object({
  kind: v.literal('account'),
  username: v.string(),
  /** What it was before; null: there was none. A password that was renewed can't be put back. */
  before: v.nullable(v.object({ active: v.boolean(), roles: v.array(v.string()) })),
});

/** The bridge's account in the workspace: deactivated, never deleted. */
export const account: ChangeKind<v.InferOutput<typeof accountChange>> = {
  subject: ({ username }) => username,
  inWords: ({ username, before }) =>
    `Account ${username} ${before === null ? 'made' : 'given a new password and token'}`,
  async undo({ username, before }, parts) {
    const { api, setRoles } = await parts.admin();
    const user = await api.userByName(username);
    if (user === undefined) return ALREADY;
    const active = before?.active ?? false;
    const roles = before?.roles ?? user.roles;
    if (user.active === active && isSameList(user.roles, roles)) return ALREADY;
    try {
      return await done(parts, async () => {
        if (!isSameList(user.roles, roles)) await setRoles(user.id, roles);
        if (user.active !== active) await api.setUserActive(user.id, active);
        return before === null ? null : 'Its password was renewed, and stays the new one.';
      });
    } catch (error) {
      if (error instanceof RemoteError && error.code === 'user-last-owner')
        return kept(`${username} is the last owner of rooms: make somebody else an owner of them first.`);
      throw error;
    }
  },
};
