import { may } from '../access.ts';
import type { Account } from '../account-book.ts';
import { setAvatar } from '../accounts.ts';
import { MeteorError } from '../meteor.ts';
import { type AuthenticatedCall, optionalText, type Route } from '../route.ts';
import { nullable, shape, text } from '../validation.ts';
import { namedOrSelf } from './named-user.ts';

export const avatarRoutes: readonly Route[] = [
  { method: 'POST', path: 'users.setAvatar', act: changeAvatar },
  {
    method: 'POST',
    path: 'users.resetAvatar',
    params: shape({ userId: nullable(text()), username: nullable(text()) }),
    act(call) {
      setAvatar(call.workspace, avatarOwner(call), undefined);
      return {};
    },
  },
];

function avatarOwner(call: AuthenticatedCall): Account {
  const { workspace, caller } = call;
  const account = namedOrSelf(call);
  const allowed =
    caller === account
      ? workspace.settings.get<boolean>('Accounts_AllowUserAvatarChange')
      : may(workspace, caller, 'edit-other-user-avatar');
  if (!allowed) throw new MeteorError('error-not-allowed', 'Change avatar is not allowed', { method: 'setAvatar' });
  return account;
}

function changeAvatar(call: AuthenticatedCall): Record<string, unknown> {
  const account = avatarOwner(call);
  const url = optionalText(call.params, 'avatarUrl');
  // The real server fetches from public addresses only; the sandbox has no way out at all.
  if (url !== undefined) throw new MeteorError('error-avatar-invalid-url', `Invalid avatar URL: ${url}`, { url });
  const image = call.files.find(({ name }) => name === 'image');
  if (image === undefined) throw new Error("The 'image' param is required");
  if (!image.type.startsWith('image/')) throw new MeteorError('error-avatar-invalid-url', 'Invalid avatar image');
  setAvatar(call.workspace, account, { bytes: image.bytes, contentType: image.type });
  return {};
}
