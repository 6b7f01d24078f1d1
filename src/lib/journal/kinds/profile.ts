import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { listProfiles, removeProfile, restoreProfile } from '../../config/profiles.ts';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, done, kept } from '../undone.ts';

const storedProfile = v.object({
  kind: v.picklist(['admin', 'user']),
  values: v.record(v.string(), v.string()),
  secrets: v.record(v.string(), v.string()),
});

export const profileChange = v.object({
  kind: v.literal('profile'),
  name: v.string(),
  /** As it was stored, its secrets encrypted; null: there was none. */
  before: v.nullable(storedProfile),
  /** The values it has since; null: it was removed. */
  after: v.nullable(v.record(v.string(), v.string())),
});

/** A profile that was added, changed or removed. */
export const profile: ChangeKind<v.InferOutput<typeof profileChange>> = {
  subject: ({ name }) => name,
  inWords: ({ name, before, after }) =>
    `Profile ${name} ${after === null ? 'removed' : before === null ? 'added' : 'changed'}`,
  async undo({ name, before, after }, parts) {
    const { source } = parts;
    const now = (await listProfiles(source)).profiles.find((each) => each.name === name);
    if (now === undefined && before === null) return ALREADY;
    if (before !== null && now !== undefined && isDeepStrictEqual(now, { name, ...before })) return ALREADY;
    const isOurs = now === undefined || isDeepStrictEqual({ ...now.values }, { ...after });
    if (!isOurs && !(await parts.mayOverwrite(`Profile ${name} is another one now`)))
      return kept(`Somebody has changed profile ${name} since.`);
    return await done(parts, async () => {
      if (before === null) await removeProfile(source, name);
      else await restoreProfile(source, { name, ...before });
    });
  },
};
