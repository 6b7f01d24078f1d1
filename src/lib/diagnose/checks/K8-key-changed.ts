import { type Check, passes, skips } from '../check.ts';
import { subjectOf } from '../context.ts';
import { serverKeysOf } from '../facts/server-keys.ts';

export const keyChanged: Check = {
  id: 'K8',
  group: 'keys',
  title: 'No key was changed under its name',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['K5'],
  why: 'Other servers remember a key by its name. A new key under the same name, after a restored backup or a new installation, is a forgery to them until their memory ends. Compared with what was seen at the last run on this machine.',
  async run(context) {
    const { name } = subjectOf(context);
    const [first] = (await serverKeysOf(context)).filter(({ document }) => document !== undefined);
    const now = new Map((first?.keys ?? []).map(({ id, key }) => [id, key]));
    const before = await context.seen.keys(name);
    await context.seen.remember(name, now);
    if (before === undefined) return skips('they are seen for the first time here');
    const changed = [...now].filter(([id, key]) => (before.get(id) ?? key) !== key).map(([id]) => id);
    if (changed.length === 0) return passes('they are as they were');
    return {
      status: 'fail',
      detail: `${changed.join(', ')} is another key than before`,
      affects: ['servers that know the old one believe nothing that this one sends'],
      cure: {
        text: 'Bring the old signing key back, or give the new one a version of its own and publish the old one as such:',
        config: {
          file: 'homeserver.yaml',
          lines: ['old_signing_keys:', `  "${changed[0] ?? ''}": { key: "…", expired_ts: … }`],
        },
      },
    };
  },
};
