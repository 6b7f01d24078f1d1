import { canAccess } from '../access.ts';
import type { MessageDocument, RoomDocument } from '../documents.ts';
import { fileUrl, type FileMessageDraft, sendFileMessage } from '../file-messages.ts';
import { refuseWhenRestricted } from '../messages.ts';
import { MeteorError } from '../meteor.ts';
import { type AuthenticatedCall, optionalText, type RawAnswer, type Route } from '../route.ts';
import { filePart, storeUpload } from '../uploading.ts';
import { flag, maybe, nullable, object, shape, text } from '../validation.ts';

const UNCONFIRMED_MS = 24 * 3_600_000;

export const mediaRoutes: readonly Route[] = [
  { method: 'POST', path: 'rooms.media/:rid', exists: ({ mediaUpload }) => mediaUpload, act: inRoom(upload) },
  {
    method: 'POST',
    path: 'rooms.mediaConfirm/:rid/:fileId',
    exists: ({ mediaUpload }) => mediaUpload,
    params: ({ major }) =>
      shape({
        msg: nullable(text()),
        tmid: nullable(text()),
        description: nullable(text()),
        groupable: nullable(flag()),
        alias: nullable(text()),
        avatar: nullable(text()),
        emoji: nullable(text()),
        customFields: maybe(object()),
        content: maybe(object()),
        t: maybe(text()),
        ...(major >= 8 ? { fileName: maybe(text()), fileContent: maybe(object()) } : {}),
      }),
    act: inRoom(confirm),
  },
  {
    method: 'POST',
    path: 'rooms.upload/:rid',
    exists: ({ directUpload }) => directUpload,
    act: inRoom(uploadAndPost),
  },
];

type InRoom = (call: AuthenticatedCall, room: RoomDocument) => Record<string, unknown>;

/** For those who can access the room; the others get a bare 403. */
function inRoom(act: InRoom): (call: AuthenticatedCall) => Record<string, unknown> | RawAnswer {
  return (call) => {
    const room = call.workspace.rooms.byId(call.path['rid'] ?? '');
    if (room !== undefined && canAccess(call.workspace, call.caller, room)) return act(call, room);
    const body = JSON.stringify({ success: false, error: 'unauthorized' });
    return { raw: true, status: 403, headers: { 'Content-Type': 'application/json' }, body };
  };
}

function upload({ workspace, caller, files }: AuthenticatedCall, room: RoomDocument): Record<string, unknown> {
  const expiresAt = workspace.clock.now() + UNCONFIRMED_MS;
  const { file } = storeUpload(workspace, caller, room, filePart(workspace, files), expiresAt);
  return { file: { _id: file._id, url: fileUrl(file) } };
}

/**
 * Nothing stops a second time: it makes a second message of the same file. Up to 7.x anybody may confirm
 * anybody's file, in any room they can access; since 8.0 only the uploader, in the room of the upload.
 */
function confirm(call: AuthenticatedCall, room: RoomDocument): Record<string, unknown> {
  const { workspace, caller, path, params } = call;
  const found = workspace.uploads.get(path['fileId'] ?? '', workspace.clock.now());
  const foreign = found?.userId !== caller.user._id || found.rid !== room._id;
  if (found === undefined || (workspace.dialect.major >= 8 && foreign))
    throw new MeteorError('invalid-file', 'invalid-file');
  const name = optionalText(params, 'fileName');
  if (name !== undefined) found.file.name = name;
  refuseWhenRestricted(workspace);
  sendFileMessage(workspace, caller, { ...found, rid: room._id }, draftOf(call));
  if (!foreign) found.expiresAt = undefined;
  return { message: messageOf(call, found.file._id) };
}

function uploadAndPost(call: AuthenticatedCall, room: RoomDocument): Record<string, unknown> {
  const { workspace, caller, files } = call;
  const made = storeUpload(workspace, caller, room, filePart(workspace, files), undefined);
  refuseWhenRestricted(workspace);
  sendFileMessage(workspace, caller, made, draftOf(call));
  return { message: messageOf(call, made.file._id) };
}

function draftOf({ params }: AuthenticatedCall): FileMessageDraft {
  const keys = ['msg', 'tmid', 'alias', 'avatar', 'emoji', 'description'];
  return Object.fromEntries(
    keys.flatMap((key) => (optionalText(params, key) === undefined ? [] : [[key, params[key]]])),
  );
}

/** The first message that shows the file, which after a second confirmation is not the one just made. */
function messageOf({ workspace, caller }: AuthenticatedCall, fileId: string): MessageDocument | undefined {
  for (const message of workspace.messages.all())
    if (message.file?._id === fileId && message.u._id === caller.user._id) return message;
  return undefined;
}
