import { RemoteError } from '../../core/remote-error.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { Person, Profile } from '../../store/people-types.ts';
import type { BridgeParts } from '../parts.ts';

type Puppet = Pick<Profile, 'id'>;
type Stored = Pick<BridgeParts, 'store'>;

/** Cursors: since when (ms) a puppet's person is in no bridged room; that its account is deactivated, by us. */
const leftCursor = ({ id }: Puppet): string => `puppet-left:${id}`;
const asleepCursor = ({ id }: Puppet): string => `puppet-asleep:${id}`;

/** Since when the person is in no bridged room, ms; undefined: they are in one, or it is not known yet. */
export async function leftAt({ store }: Stored, puppet: Puppet): Promise<number | undefined> {
  const value = await store.cursor(leftCursor(puppet));
  return value === undefined || value === '' ? undefined : Number(value);
}

export async function noteLeft({ store }: Stored, puppet: Puppet, at: number | undefined): Promise<void> {
  await store.setCursor(leftCursor(puppet), at === undefined ? '' : String(at));
}

export const isAsleep = async ({ store }: Stored, puppet: Puppet): Promise<boolean> =>
  (await store.cursor(asleepCursor(puppet))) === 'asleep';

/** Deactivates the account, which ends its tokens; it costs no seat any more, and what it wrote stays. */
export async function putToSleep({ store, workspace }: BridgeParts, puppet: Profile): Promise<void> {
  if (puppet.workspaceUserId === undefined) return;
  // Before it is done, so that it is known to be ours to undo.
  await store.setCursor(asleepCursor(puppet), 'going');
  await workspace.setUserActive(puppet.workspaceUserId, false);
  await store.people.update(puppet.id, { ready: false, token: undefined });
  await store.setCursor(asleepCursor(puppet), 'asleep');
}

/**
 * An account that we deactivated is active again. One that an administrator deactivated stays so: its person is
 * spoken for by the bot, and no login is tried.
 *
 * @throws RemoteError 403 `error-user-is-not-activated`
 */
export async function ensureAwake(parts: BridgeParts, person: Person, account: WorkspaceUser): Promise<void> {
  const { store, workspace } = parts;
  const asleep = await store.cursor(asleepCursor(person));
  const isOurs = asleep !== undefined && asleep !== '';
  if (!account.active) {
    if (!isOurs) throw deactivated(account);
    await workspace.setUserActive(account.id, true);
    parts.log('info', 'puppet.awake', { puppet: account.username });
  }
  if (!isOurs) return;
  await noteLeft(parts, person, undefined);
  await store.setCursor(asleepCursor(person), '');
}

const deactivated = ({ username }: WorkspaceUser): RemoteError =>
  new RemoteError({
    side: 'workspace',
    failure: 'refused',
    request: `login of ${username}`,
    status: 403,
    code: 'error-user-is-not-activated',
    answer: 'an administrator deactivated this account',
  });
