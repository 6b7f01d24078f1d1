import { acceptsMediaType, mediaTypeList } from '../../lib/rocketchat/upload-limits.ts';
import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { imageInfo } from './image-info.ts';
import { meteorId, MeteorError } from './meteor.ts';
import type { UploadedPart } from './route.ts';
import type { Upload } from './uploads.ts';
import type { Workspace } from './workspace.ts';

/** The one file of a form: the field is called `file`. @throws MeteorError as the version words it. */
export function filePart(workspace: Workspace, files: readonly UploadedPart[]): UploadedPart {
  const part = files.find(({ name }) => name === 'file');
  if (part !== undefined) {
    // Bytes are counted while the form is read, before anybody asks whether files are wanted at all.
    refuseTooLarge(workspace, part.bytes.length);
    return part;
  }
  if (workspace.dialect.major >= 8) throw new MeteorError('error-no-file-uploaded', 'No file was uploaded');
  throw new MeteorError('invalid-field', 'invalid-field');
}

/**
 * Stores a file after every check of validateFileUpload.
 * @param expiresAt when it goes unless a message shows it, ms; `undefined`: never.
 */
export function storeUpload(
  workspace: Workspace,
  caller: Account,
  room: RoomDocument,
  part: UploadedPart,
  expiresAt: number | undefined,
): Upload {
  refuseByRules(workspace, room, part);
  const image = imageInfo(part.bytes);
  const upload: Upload = {
    file: {
      _id: meteorId(),
      name: part.filename,
      type: part.type,
      size: part.bytes.length,
      format: image?.format ?? '',
    },
    image,
    bytes: part.bytes,
    rid: room._id,
    userId: caller.user._id,
    expiresAt,
  };
  workspace.uploads.add(upload);
  return upload;
}

function refuseByRules({ settings }: Workspace, room: RoomDocument, part: UploadedPart): void {
  if (!settings.get<boolean>('FileUpload_Enabled'))
    throw new MeteorError('error-file-upload-disabled', 'File Upload Disabled');
  if (room.t === 'd' && !settings.get<boolean>('FileUpload_Enabled_Direct'))
    throw new MeteorError(
      'error-direct-message-file-upload-not-allowed',
      'File sharing not allowed in direct messages.',
    );
  const lists = {
    whiteList: mediaTypeList(settings.get<unknown>('FileUpload_MediaTypeWhiteList')),
    blackList: mediaTypeList(settings.get<unknown>('FileUpload_MediaTypeBlackList')),
  };
  if (!acceptsMediaType(lists, part.type))
    throw new MeteorError('error-invalid-file-type', 'File type is not accepted.');
}

function refuseTooLarge({ settings }: Workspace, size: number): void {
  const limit = settings.get<number>('FileUpload_MaxFileSize');
  if (limit >= 0 && size > limit) throw new MeteorError('error-file-too-large', 'File exceeds allowed size.');
}
