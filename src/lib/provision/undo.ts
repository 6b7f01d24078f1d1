import { access, rename } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { keepAside } from '../config/private-file.ts';
import { listProfiles, type ProfileSource, removeProfile, restoreProfile } from '../config/profiles.ts';
import { decryptSecret, type EncryptionKey } from '../core/encryption.ts';
import { RemoteError } from '../core/remote-error.ts';
import { hasWebhooks, removeWebhooks } from './direct-webhook.ts';
import type { ChangeOf, JournalChange } from './journal.ts';
import { forcedSetting } from './apply-change.ts';
import type { WorkspaceAdmin } from './workspace-admin.ts';

/** What undoing one change came to. */
export interface Undone {
  /** `kept`: it stays as it is now, and `note` says why. `would undo`: in a dry run. */
  readonly outcome: 'undone' | 'already so' | 'kept' | 'would undo';
  readonly note: string | null;
}

export interface UndoParts {
  readonly source: ProfileSource;
  readonly admin: () => Promise<WorkspaceAdmin>;
  readonly key: () => Promise<EncryptionKey>;
  readonly dryRun: boolean;
  /** Whether what somebody has changed since may be put back all the same; asked with what it is now. */
  readonly mayOverwrite: (what: string) => Promise<boolean>;
}

const ALREADY: Undone = { outcome: 'already so', note: null };
const kept = (note: string): Undone => ({ outcome: 'kept', note });

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
  }
}

/** Does it, unless it is only looked; `note` is what stays for a person to know. */
async function done({ dryRun }: UndoParts, act: () => Promise<string | null | void>): Promise<Undone> {
  if (dryRun) return { outcome: 'would undo', note: null };
  return { outcome: 'undone', note: (await act()) ?? null };
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
