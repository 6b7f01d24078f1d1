import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { decryptSecret } from '../../core/encryption.ts';
import { forcedSetting } from '../../provision/apply-change.ts';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, kept, type UndoParts } from '../undone.ts';

export const settingChange = v.object({
  kind: v.literal('setting'),
  setting: v.string(),
  from: v.unknown(),
  to: v.unknown(),
  /** Then both values are encrypted (encryption.ts), bound to `journal`, the setting and `from` or `to`. */
  secret: v.boolean(),
});
type SettingChange = v.InferOutput<typeof settingChange>;

/** A setting of the workspace. */
export const setting: ChangeKind<SettingChange> = {
  subject: (change) => change.setting,
  inWords: (change) =>
    change.secret
      ? `${change.setting}: another value`
      : `${change.setting} ${JSON.stringify(change.from)} → ${JSON.stringify(change.to)}`,
  async undo(change, parts) {
    const { api } = await parts.admin();
    const { from, to } = change.secret ? await opened(change, parts) : change;
    const found = await api.setting(change.setting);
    // A newer version of the workspace may have it no more.
    if (found === undefined || isDeepStrictEqual(found.value, from)) return ALREADY;
    const now = found.value;
    const shown = change.secret ? 'another value' : JSON.stringify(now);
    if (!isDeepStrictEqual(now, to) && !(await parts.mayOverwrite(`${change.setting} is ${shown} now`)))
      return kept(`Somebody has changed ${change.setting} since, to ${shown}.`);
    if (parts.dryRun) return { outcome: 'would undo', note: null };
    await api.setSetting(change.setting, from);
    if (isDeepStrictEqual((await api.setting(change.setting))?.value, from)) return { outcome: 'undone', note: null };
    const { compose } = forcedSetting({ id: change.setting, to: from, secret: change.secret });
    return kept(`The environment of Rocket.Chat holds ${change.setting} fast: ${compose}`);
  },
};

async function opened({ setting: id, from, to }: SettingChange, { key }: UndoParts) {
  const loaded = await key();
  const open = (column: 'from' | 'to', sealed: unknown): string =>
    decryptSecret(loaded, { table: 'journal', row: id, column }, String(sealed)).reveal();
  return { from: open('from', from), to: open('to', to) };
}
