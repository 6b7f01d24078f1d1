import { isDeepStrictEqual } from 'node:util';
import type { EncryptionKey } from '../core/encryption.ts';
import { encryptSecret } from '../core/encryption.ts';
import { Secret } from '../core/secret.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';
import type { ChangeOf } from '../journal/change.ts';
import type { Journal } from '../journal/journal.ts';
import type { WantedChange, WantedPermission, WantedSetting } from './wanted-change.ts';

type Hands = Pick<WorkspaceApi, 'setting' | 'setSetting' | 'setPermission'>;

interface Where {
  readonly workspace: string;
  readonly journal: Journal;
  readonly key: () => Promise<EncryptionKey>;
}

/**
 * Changes a setting or a permission, written down in the journal before.
 * @returns `forced`: the workspace took the value and has the old one again, as it does where
 *   `OVERWRITE_SETTING_…` in its environment says so
 */
export async function applyChange(change: WantedChange, api: Hands, where: Where): Promise<'done' | 'forced'> {
  const { workspace, journal } = where;
  if (change.kind === 'permission')
    return await journal.doing(workspace, permissionEntry(change), () => permit(change, api));
  return await journal.doing(workspace, await settingEntry(change, where.key), () => set(change, api));
}

async function permit({ id, to }: WantedPermission, api: Hands): Promise<'done'> {
  await api.setPermission(id, to);
  return 'done';
}

async function set({ id, to }: Pick<WantedSetting, 'id' | 'to'>, api: Hands): Promise<'done' | 'forced'> {
  await api.setSetting(id, to);
  return isDeepStrictEqual((await api.setting(id))?.value, to) ? 'done' : 'forced';
}

const permissionEntry = ({ id, from, to }: WantedPermission): ChangeOf<'permission'> => ({
  kind: 'permission',
  permission: id,
  from: [...from],
  to: [...to],
});

async function settingEntry({ id, from, to, secret }: WantedSetting, key: Where['key']): Promise<ChangeOf<'setting'>> {
  if (!secret) return { kind: 'setting', setting: id, from, to, secret };
  const loaded = await key();
  const sealed = (column: 'from' | 'to', value: unknown): string =>
    encryptSecret(loaded, { table: 'journal', row: id, column }, new Secret(String(value)));
  return { kind: 'setting', setting: id, from: sealed('from', from), to: sealed('to', to), secret };
}

/** A setting that the environment of Rocket.Chat holds fast, and the lines that change it there. */
export interface ForcedSetting {
  readonly setting: string;
  /** For the environment in a compose file. */
  readonly compose: string;
  /** For the values of Rocket.Chat's Helm chart. */
  readonly helm: string;
}

export function forcedSetting({ id, to, secret }: Pick<WantedSetting, 'id' | 'to' | 'secret'>): ForcedSetting {
  const name = `OVERWRITE_SETTING_${id}`;
  const value = secret ? '…' : String(to);
  return {
    setting: id,
    compose: `${name}: ${JSON.stringify(value)}`,
    helm: `extraEnv: [{name: ${name}, value: ${JSON.stringify(value)}}]`,
  };
}
