import type { IncomingHttpHeaders } from 'node:http';
import type { Account } from './account-book.ts';
import { accountForToken } from './accounts.ts';
import { authenticated } from './credentials.ts';
import type { RestAnswer } from './rest.ts';
import type { Workspace } from './workspace.ts';

const plain = (status: number, body: string): RestAnswer => ({
  status,
  headers: { 'Content-Type': 'text/plain' },
  body,
});

/** `GET /avatar/<username>`, `GET /avatar/room/<id>`: the picture, or generated initials as SVG where there is none. */
export function avatarAnswer(
  workspace: Workspace,
  of: { readonly username: string } | { readonly roomId: string },
  url: URL,
  headers: IncomingHttpHeaders,
): RestAnswer {
  const blocked = workspace.settings.get<boolean>('Accounts_AvatarBlockUnauthenticatedAccess');
  if (blocked && downloader(workspace, url, headers) === undefined) return plain(403, 'Forbidden');
  const avatar =
    'roomId' in of ? workspace.roomAvatars.get(of.roomId) : workspace.accounts.byUsername(of.username)?.avatar;
  if (avatar !== undefined) return { status: 200, headers: { 'Content-Type': avatar.contentType }, body: avatar.bytes };
  const named = 'roomId' in of ? (workspace.rooms.byId(of.roomId)?.name ?? '') : of.username;
  const initial = [...named.replace(/[^a-z0-9]/gi, '')][0]?.toUpperCase() ?? '?';
  const body = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><rect width="100%" height="100%" fill="#607d8b"/><text x="50%" y="50%" dy=".36em" text-anchor="middle" fill="#fff" font-size="125">${initial}</text></svg>`;
  return { status: 200, headers: { 'Content-Type': 'image/svg+xml' }, body };
}

/** `GET /file-upload/<id>/<name>`: for members of the file's room. */
export function fileAnswer(workspace: Workspace, id: string, url: URL, headers: IncomingHttpHeaders): RestAnswer {
  const upload = workspace.uploads.get(id, workspace.clock.now());
  if (upload === undefined) return plain(404, 'Not found');
  const account = downloader(workspace, url, headers);
  const protectedFiles = workspace.settings.get<boolean>('FileUpload_ProtectFiles');
  if (protectedFiles && account === undefined) return plain(403, 'Forbidden');
  const membersOnly = workspace.settings.get<boolean>('FileUpload_Restrict_to_room_members');
  const member = account !== undefined && workspace.rooms.subscription(upload.rid, account.user._id) !== undefined;
  if (protectedFiles && membersOnly && !member) return plain(403, 'Forbidden');
  const disposition = `${url.searchParams.has('download') ? 'attachment' : 'inline'}; filename*=UTF-8''${encodeURIComponent(upload.file.name)}`;
  return {
    status: 200,
    headers: { 'Content-Type': upload.file.type, 'Content-Disposition': disposition },
    body: upload.bytes,
  };
}

/** Headers, or the pair `rc_uid` and `rc_token` as query or cookies. */
function downloader(workspace: Workspace, url: URL, headers: IncomingHttpHeaders): Account | undefined {
  const byHeader = authenticated(workspace, headers)?.account;
  if (byHeader !== undefined) return byHeader;
  const cookies = new URLSearchParams((headers.cookie ?? '').replaceAll('; ', '&'));
  const value = (name: string): string | null => url.searchParams.get(name) ?? cookies.get(name);
  const found = accountForToken(workspace, value('rc_token') ?? '');
  return found?.account.user._id === value('rc_uid') ? found?.account : undefined;
}
