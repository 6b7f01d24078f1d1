import * as v from 'valibot';
import type { ChangeKind } from './change-kind.ts';
import { access, accessChange } from './kinds/access.ts';
import { account, accountChange } from './kinds/account.ts';
import { federationRoles, federationRolesChange } from './kinds/federation-roles.ts';
import { file, fileChange } from './kinds/file.ts';
import { membership, membershipChange } from './kinds/membership.ts';
import { permission, permissionChange } from './kinds/permission.ts';
import { profile, profileChange } from './kinds/profile.ts';
import { profileInUse, profileInUseChange } from './kinds/profile-in-use.ts';
import { role, roleChange } from './kinds/role.ts';
import { roomDetails, roomDetailsChange } from './kinds/room-details.ts';
import { roomJoined, roomJoinedChange } from './kinds/room-joined.ts';
import { roomLink, roomLinkChange } from './kinds/room-link.ts';
import { roomMade, roomMadeChange } from './kinds/room-made.ts';
import { rotation, rotationChange } from './kinds/rotation.ts';
import { server, serverChange } from './kinds/server.ts';
import { setting, settingChange } from './kinds/setting.ts';
import { webhook, webhookChange } from './kinds/webhook.ts';
import type { Undone, UndoParts } from './undone.ts';

export const storedChange = v.variant('kind', [
  accessChange,
  accountChange,
  federationRolesChange,
  fileChange,
  membershipChange,
  permissionChange,
  profileChange,
  profileInUseChange,
  roleChange,
  roomDetailsChange,
  roomJoinedChange,
  roomLinkChange,
  roomMadeChange,
  rotationChange,
  serverChange,
  settingChange,
  webhookChange,
]);

/** One thing that a command changed, with what it was before and is since. */
export type JournalChange = v.InferOutput<typeof storedChange>;
type Kind = JournalChange['kind'];
export type ChangeOf<One extends Kind> = Extract<JournalChange, { kind: One }>;

const kinds: { readonly [One in Kind]: ChangeKind<ChangeOf<One>> } = {
  access,
  account,
  'federation-roles': federationRoles,
  file,
  membership,
  permission,
  profile,
  'profile-in-use': profileInUse,
  role,
  'room-details': roomDetails,
  'room-joined': roomJoined,
  'room-link': roomLink,
  'room-made': roomMade,
  rotation,
  server,
  setting,
  webhook,
};

const kindOf = (change: JournalChange): ChangeKind<JournalChange> => kinds[change.kind] as ChangeKind<JournalChange>;

/** What a change was, as a line. */
export const changeInWords = (change: JournalChange): string => kindOf(change).inWords(change);

/** Puts one change back. Cut short at any moment, it can be done again. @throws RemoteError, RcfedError */
export const undo = (change: JournalChange, parts: UndoParts): Promise<Undone> => kindOf(change).undo(change, parts);

export const isAboutTheSame = (one: JournalChange, other: JournalChange): boolean =>
  one.kind === other.kind && kindOf(one).subject(one) === kindOf(other).subject(other);

/** Fields that say what was there before. */
const BEFORE = ['from', 'before', 'keptAs'] as const;

/** A change with what an earlier one, about the same, says of before. */
export function withBefore<Change extends JournalChange>(change: Change, earlier: Change): Change {
  const before = Object.entries(earlier).filter(([field]) => BEFORE.some((each) => each === field));
  return { ...change, ...Object.fromEntries(before) };
}
