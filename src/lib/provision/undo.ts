import { access, rename } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { keepAside } from '../config/private-file.ts';
import { listProfiles, removeProfile, restoreProfile } from '../config/profiles.ts';
import { decryptSecret } from '../core/encryption.ts';
import { RemoteError } from '../core/remote-error.ts';
import { hasWebhooks, removeWebhooks } from './direct-webhook.ts';
import type { ChangeOf, JournalChange } from './journal.ts';
import { forcedSetting } from './apply-change.ts';
import { undoRotation } from './undo-rotation.ts';
import { ALREADY, done, kept, type Undone, type UndoParts } from './undone.ts';

/** Puts one change back. Cut short at any moment, it can be done again. @throws RemoteError, RcfedError */
export async function undo(change: JournalChange, parts: UndoParts): Promise<Undone> {
  switch (change.kind) {
    case 'setting':
      return await undoSetting(change, parts);
    case 'permission':
      return await undoPermission(change, parts);
    case 'account':
      return await undoAccount(change, parts);
    case 'webhook':
      return await undoWebhook(change, parts);
    case 'file':
      return await undoFile(change, parts);
    case 'profile':
      return await undoProfile(change, parts);
    case 'rotation':
      return await undoRotation(change, parts);
  }
}

async function undoSetting(change: ChangeOf<'setting'>, parts: UndoParts): Promise<Undone> {
  const { api } = await parts.admin();
  const { from, to } = change.secret ? await opened(change, parts) : change;
  const now = (await api.setting(change.setting))?.value;
  if (isDeepStrictEqual(now, from)) return ALREADY;
  const shown = change.secret ? 'another value' : JSON.stringify(now);
  if (!isDeepStrictEqual(now, to) && !(await parts.mayOverwrite(`${change.setting} is ${shown} now`)))
    return kept(`Somebody has changed ${change.setting} since, to ${shown}.`);
  if (parts.dryRun) return { outcome: 'would undo', note: null };
  await api.setSetting(change.setting, from);
  if (isDeepStrictEqual((await api.setting(change.setting))?.value, from)) return { outcome: 'undone', note: null };
  const { compose } = forcedSetting({ id: change.setting, to: from, secret: change.secret });
  return kept(`The environment of Rocket.Chat holds ${change.setting} fast: ${compose}`);
}

async function opened({ setting, from, to }: ChangeOf<'setting'>, { key }: UndoParts) {
  const loaded = await key();
  const open = (column: 'from' | 'to', sealed: unknown): string =>
    decryptSecret(loaded, { table: 'journal', row: setting, column }, String(sealed)).reveal();
  return { from: open('from', from), to: open('to', to) };
}

async function undoPermission({ permission, from, to }: ChangeOf<'permission'>, parts: UndoParts): Promise<Undone> {
  const { api } = await parts.admin();
  const now = (await api.permissions()).get(permission);
  if (now === undefined || isSameList(now, from)) return ALREADY;
  const what = `${permission} is with ${now.join(', ') || 'nobody'} now`;
  if (!isSameList(now, to) && !(await parts.mayOverwrite(what))) return kept(`Somebody has changed it since: ${what}.`);
  return await done(parts, () => api.setPermission(permission, from));
}

const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  isDeepStrictEqual(one.toSorted(), other.toSorted());

async function undoAccount({ username, before }: ChangeOf<'account'>, parts: UndoParts): Promise<Undone> {
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
}

async function undoWebhook({ url }: ChangeOf<'webhook'>, parts: UndoParts): Promise<Undone> {
  const { api } = await parts.admin();
  if (!(await hasWebhooks(api, { url }))) return ALREADY;
  return await done(parts, () => removeWebhooks(api, { url }));
}

/** Nothing is deleted: what was written goes aside, and what was there before comes back. */
async function undoFile({ path, keptAs }: ChangeOf<'file'>, parts: UndoParts): Promise<Undone> {
  const [isThere, isKept] = await Promise.all([exists(path), keptAs !== null && exists(keptAs)]);
  // The one from before is back in its place already.
  if (!isKept && (keptAs !== null || !isThere)) return ALREADY;
  return await done(parts, async () => {
    const aside = isThere ? await keepAside(path, 'undone') : undefined;
    if (keptAs !== null) await rename(keptAs, path);
    return aside === undefined ? null : `It is now ${aside}.`;
  });
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function undoProfile({ name, before, after }: ChangeOf<'profile'>, parts: UndoParts): Promise<Undone> {
  const { source } = parts;
  const now = (await listProfiles(source)).profiles.find((each) => each.name === name);
  if (now === undefined && before === null) return ALREADY;
  if (
    before !== null &&
    now !== undefined &&
    isDeepStrictEqual([now.values, now.secrets], [before.values, before.secrets])
  )
    return ALREADY;
  const isOurs = now === undefined || isDeepStrictEqual({ ...now.values }, { ...after });
  if (!isOurs && !(await parts.mayOverwrite(`Profile ${name} is another one now`)))
    return kept(`Somebody has changed profile ${name} since.`);
  return await done(parts, async () => {
    if (before === null) await removeProfile(source, name);
    else await restoreProfile(source, { name, ...before });
  });
}
