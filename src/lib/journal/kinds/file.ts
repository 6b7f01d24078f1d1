import { access } from 'node:fs/promises';
import * as v from 'valibot';
import { bringBack, keepAside } from '../../config/private-file.ts';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, done } from '../undone.ts';

export const fileChange = v.object({
  kind: v.literal('file'),
  path: v.string(),
  /** Where the file that was there before is; null: there was none. */
  keptAs: v.nullable(v.string()),
});

/** A file that was written. Nothing is deleted: it goes aside, and what was there before comes back. */
export const file: ChangeKind<v.InferOutput<typeof fileChange>> = {
  subject: ({ path }) => path,
  inWords: ({ path, keptAs }) =>
    `File ${path} ${keptAs === null ? 'written' : `replaced; the one before is ${keptAs}`}`,
  async undo({ path, keptAs }, parts) {
    const [isThere, isKept] = await Promise.all([exists(path), keptAs !== null && exists(keptAs)]);
    // The one from before is back in its place already.
    if (!isKept && (keptAs !== null || !isThere)) return ALREADY;
    return await done(parts, async () => {
      const aside = isThere ? await keepAside(path, 'undone') : undefined;
      if (keptAs !== null) await bringBack(keptAs, path);
      return aside === undefined ? null : `It is now ${aside}.`;
    });
  },
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
