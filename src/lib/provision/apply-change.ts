import { isDeepStrictEqual } from 'node:util';
import type { EncryptionKey } from '../core/encryption.ts';
import { encryptSecret } from '../core/encryption.ts';
import { Secret } from '../core/secret.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';
import type { ChangeOf } from '../journal/change.ts';
import type { Journal } from '../journal/journal.ts';
import type { WantedChange, WantedPermission, WantedSetting } from './wanted-change.ts';

type Hands = Pick<WorkspaceApi, 'setting' | 'setSetting' | 'permissions' | 'setPermission'>;

interface Where {
  readonly workspace: string;
  readonly journal: Journal;
  readonly key: () => Promise<EncryptionKey>;
}

/**
 * Changes a setting or a permission, written down in the journal before. Somebody may have changed it since the plan
 * was made: what is there now is what a rollback brings back, and roles that were added stay.
 * @returns `forced`: the workspace took the value and has the old one again, as it does where
 *   `OVERWRITE_SETTING_…` in its environment says so
 */
export async function applyChange(change: WantedChange, api: Hands, where: Where): Promise<'done' | 'forced'> {
  const { workspace, journal } = where;
  if (change.kind === 'permission') {
    const present = withPresent(change, (await api.permissions()).get(change.id) ?? change.from);
    return await journal.doing(workspace, permissionEntry(present), () => permit(present, api));
  }
  const found = await api.setting(change.id);
  const entry = await settingEntry({ ...change, from: found === undefined ? change.from : found.value }, where.key);
  return await journal.doing(workspace, entry, () => set(change, api));
}

function withPresent({ from, to, ...rest }: WantedPermission, now: readonly string[]): WantedPermission {
  const added = to.filter((role) => !from.includes(role) && !now.includes(role));
  const stays = (role: string): boolean => to.includes(role) || !from.includes(role);
  return { ...rest, from: now, to: [...now.filter(stays), ...added] };
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
