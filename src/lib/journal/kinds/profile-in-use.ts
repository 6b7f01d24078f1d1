import * as v from 'valibot';
import { listProfiles, useProfile } from '../../config/profiles.ts';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, done, kept } from '../undone.ts';

export const profileInUseChange = v.object({
  kind: v.literal('profile-in-use'),
  /** null: none was. */
  from: v.nullable(v.string()),
  to: v.string(),
});

/** Which profile commands work with. */
export const profileInUse: ChangeKind<v.InferOutput<typeof profileInUseChange>> = {
  subject: ({ to }) => to,
  inWords: ({ from, to }) => `Profile in use: ${from ?? 'none'} → ${to}`,
  async undo({ from, to }, parts) {
    const { current, profiles } = await listProfiles(parts.source);
    const now = current ?? null;
    if (now === from) return ALREADY;
    if (from !== null && !profiles.some(({ name }) => name === from))
      return kept(`There is no profile ${from} any more.`);
    const what = `Profile ${now ?? 'none'} is in use now`;
    if (now !== to && !(await parts.mayOverwrite(what))) return kept(`${what}.`);
    return await done(parts, async () => {
      await useProfile(parts.source, from ?? undefined);
    });
  },
};
