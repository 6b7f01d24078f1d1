import type { Account } from './account-book.ts';
import type { MessageDocument, UploadedFile } from './documents.ts';
import { meteorId, MeteorError } from './meteor.ts';
import { type MessageDraft, sendMessage } from './messages.ts';
import { thumbnailOf } from './thumbnail.ts';
import type { Upload } from './uploads.ts';
import type { Workspace } from './workspace.ts';

/** What a client may say about the message that shows its file. */
export interface FileMessageDraft extends Pick<MessageDraft, 'msg' | 'tmid' | 'alias' | 'avatar' | 'emoji'> {
  readonly description?: string;
}

/** Stores the message of a file (sendFileMessage), with a thumbnail for larger pictures. */
export function sendFileMessage(
  workspace: Workspace,
  sender: Account,
  upload: Upload,
  { description, ...draft }: FileMessageDraft,
): MessageDocument | undefined {
  if ((description?.length ?? 0) > workspace.settings.get<number>('Message_MaxAllowedSize'))
    throw new MeteorError('error-message-size-exceeded', 'error-message-size-exceeded');
  const { file, rid } = upload;
  const thumbnail = addThumbnail(workspace, upload);
  return sendMessage(workspace, sender, {
    ...draft,
    rid,
    msg: draft.msg ?? '',
    file: { ...file },
    files: [{ ...file }, ...(thumbnail === undefined ? [] : [{ ...thumbnail.file }])],
    attachments: [
      {
        title: file.name,
        type: 'file',
        ...(description === undefined ? {} : { description }),
        title_link: fileUrl(file),
        title_link_download: true,
        ...typedFields(upload, thumbnail),
        ...(workspace.dialect.major >= 8 ? { fileId: file._id } : {}),
      },
    ],
    groupable: false,
  });
}

/** Where a file is fetched from; a name's `?` and `#` stay as they are, and only the id counts. */
export function fileUrl({ _id, name }: Pick<UploadedFile, '_id' | 'name'>): string {
  return `/file-upload/${_id}/${encodeURI(name)}`;
}

type StoredThumbnail = Pick<Upload, 'file'> & { readonly width: number; readonly height: number };

/** The thumbnail is a file of its own, of the same room and person. */
function addThumbnail(workspace: Workspace, original: Upload): StoredThumbnail | undefined {
  const made =
    original.image === undefined || !original.file.type.startsWith('image/')
      ? undefined
      : thumbnailOf(workspace, original.image);
  if (made === undefined) return undefined;
  const file: UploadedFile = {
    _id: meteorId(),
    name: `thumb-${original.file.name}`,
    type: 'image/png',
    size: made.bytes.length,
    format: '',
    typeGroup: 'thumb',
  };
  workspace.uploads.add({ ...original, file, bytes: made.bytes, image: undefined, expiresAt: undefined });
  return { file, width: made.width, height: made.height };
}

function typedFields({ file, image }: Upload, thumbnail: StoredThumbnail | undefined): Record<string, unknown> {
  const url = fileUrl(file);
  const kind = file.type.split('/')[0];
  if (kind === 'audio' || kind === 'video')
    return { [`${kind}_url`]: url, [`${kind}_type`]: file.type, [`${kind}_size`]: file.size };
  if (kind !== 'image') return { format: /\.([^.]+)$/.exec(file.name)?.[1] ?? '', size: file.size };
  const shown =
    thumbnail === undefined
      ? { image_url: url, image_type: file.type, image_dimensions: image?.size }
      : {
          // The thumbnail's address, type and dimensions, with the original's size and name.
          image_url: fileUrl({ _id: thumbnail.file._id, name: file.name }),
          image_type: thumbnail.file.type,
          image_dimensions: { width: thumbnail.width, height: thumbnail.height },
        };
  return {
    ...shown,
    ...(shown.image_dimensions === undefined ? {} : { image_dimensions: { ...shown.image_dimensions } }),
    image_size: file.size,
  };
}
