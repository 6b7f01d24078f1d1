import { accessibleRoom } from '../access.ts';
import type { Upload } from '../uploads.ts';
import { meteorId, MeteorError } from '../meteor.ts';
import { refuseWhenRestricted, sendMessage } from '../messages.ts';
import { type AuthenticatedCall, optionalText, type Route } from '../route.ts';
import { flag, maybe, nullable, object, shape, text } from '../validation.ts';

const UNCONFIRMED_MS = 24 * 3_600_000;

export const mediaRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'rooms.media/:rid',
    act(call) {
      const { file } = upload(call, UNCONFIRMED_MS);
      return { file: { _id: file._id, url: fileUrl(file) } };
    },
  },
  {
    method: 'POST',
    path: 'rooms.mediaConfirm/:rid/:fileId',
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
    act: confirm,
  },
  {
    method: 'POST',
    path: 'rooms.upload/:rid',
    exists: ({ directUpload }) => directUpload,
    act(call) {
      refuseWhenRestricted(call.workspace);
      return { message: post(call, upload(call, undefined)) };
    },
  },
];

function upload({ workspace, caller, path, files }: AuthenticatedCall, expiresInMs: number | undefined): Upload {
  const { settings, clock } = workspace;
  const room = accessibleRoom(workspace, caller, path['rid'] ?? '');
  const part = files[0];
  if (part === undefined) throw new MeteorError('error-file-required', 'File required');
  if (part.name !== 'file') throw new MeteorError('invalid-field', 'invalid-field');
  const enabled =
    settings.get<boolean>('FileUpload_Enabled') &&
    (room.t !== 'd' || settings.get<boolean>('FileUpload_Enabled_Direct'));
  if (!enabled) throw new MeteorError('error-file-upload-disabled', 'File uploads are disabled');
  const limit = settings.get<number>('FileUpload_MaxFileSize');
  if (limit >= 0 && part.bytes.length > limit) throw new MeteorError('error-file-too-large', 'File is too large');
  const refused = settings
    .get<string>('FileUpload_MediaTypeBlackList')
    .split(',')
    .map((type) => type.trim());
  if (refused.includes(part.type)) throw new MeteorError('error-invalid-file-type', 'File type is not accepted');
  const made: Upload = {
    file: {
      _id: meteorId(),
      name: part.filename,
      type: part.type,
      size: part.bytes.length,
      format: part.type.split('/')[1] ?? '',
    },
    bytes: part.bytes,
    rid: room._id,
    userId: caller.user._id,
    expiresAt: expiresInMs === undefined ? undefined : clock.now() + expiresInMs,
  };
  workspace.uploads.add(made);
  return made;
}

/** Only the uploader may confirm, once: a confirmed file is no longer there to be confirmed. */
function confirm(call: AuthenticatedCall): Record<string, unknown> {
  const { workspace, caller, path, params } = call;
  refuseWhenRestricted(workspace);
  accessibleRoom(workspace, caller, path['rid'] ?? '');
  const found = workspace.uploads.get(path['fileId'] ?? '', workspace.clock.now());
  if (found?.expiresAt === undefined || found.userId !== caller.user._id || found.rid !== path['rid'])
    throw new MeteorError('invalid-file', 'invalid-file');
  const name = optionalText(params, 'fileName');
  if (name !== undefined) found.file.name = name;
  const message = post(call, found);
  found.expiresAt = undefined;
  return { message };
}

function post({ workspace, caller, params }: AuthenticatedCall, { file, rid }: Upload): ReturnType<typeof sendMessage> {
  const url = fileUrl(file);
  const description = optionalText(params, 'description');
  const kind = file.type.split('/')[0];
  const typed =
    kind === 'image' || kind === 'audio' || kind === 'video'
      ? { [`${kind}_url`]: url, [`${kind}_type`]: file.type, [`${kind}_size`]: file.size }
      : { format: file.format, size: file.size };
  const attachment = {
    ts: new Date(workspace.clock.now()),
    title: file.name,
    type: 'file',
    title_link: url,
    title_link_download: true,
    ...(description === undefined ? {} : { description }),
    ...typed,
  };
  const texts = Object.fromEntries(
    ['tmid', 'alias', 'avatar', 'emoji'].flatMap((key) =>
      optionalText(params, key) === undefined ? [] : [[key, params[key]]],
    ),
  );
  return sendMessage(workspace, caller, {
    ...texts,
    rid,
    msg: optionalText(params, 'msg') ?? '',
    file: { ...file },
    files: [{ ...file }],
    attachments: [attachment],
    groupable: false,
  });
}

function fileUrl(file: Upload['file']): string {
  return `/file-upload/${file._id}/${encodeURIComponent(file.name)}`;
}
