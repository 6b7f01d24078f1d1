import { isRecord } from '../../core/record.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { WorkspaceFile } from '../events.ts';
import { listOf } from '../homeserver/fields.ts';

/** Ids as the workspace makes them; what is none is no file that it could give out. */
const ID = /^[A-Za-z0-9_-]+$/;

/**
 * The files of a message: `files`, or `file` alone where a server has no list. A picture's thumbnail
 * (`typeGroup: thumb`) is a file there as well, and only its preview: `thumb-` stands before the picture's name.
 */
export function readFiles(raw: RawMessage): readonly WorkspaceFile[] {
  const listed = listOf(raw['files']);
  const files = new Map<string, WorkspaceFile>();
  const thumbnails = new Map<string, WorkspaceFile>();
  for (const one of listed.length === 0 ? [raw['file']] : listed) {
    const file = readFile(one);
    if (file === undefined) continue;
    if (isRecord(one) && one['typeGroup'] === 'thumb') thumbnails.set(file.name, file);
    else files.set(file.id, file);
  }
  return [...files.values()].map((file) => {
    const thumbnail = thumbnails.get(`thumb-${file.name}`);
    return thumbnail === undefined ? file : { ...file, thumbnail };
  });
}

function readFile(value: unknown): WorkspaceFile | undefined {
  if (!isRecord(value)) return undefined;
  const { _id: id, name, type, size } = value;
  if (typeof id !== 'string' || !ID.test(id)) return undefined;
  return {
    id,
    name: typeof name === 'string' ? name : '',
    contentType: typeof type === 'string' ? type : '',
    size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined,
  };
}

/** The `description` of the first attachment, which is what `chat.update` changes where there is one. */
export function readCaption(raw: RawMessage): string | undefined {
  const [first] = listOf(raw['attachments']);
  const description = isRecord(first) ? first['description'] : undefined;
  return typeof description === 'string' && description !== '' ? description : undefined;
}

/** Where a file is had; of the name only what comes before it counts for the server. */
export const filePath = ({ id, name }: WorkspaceFile): string =>
  `/file-upload/${id}/${encodeURIComponent(name.toWellFormed()) || 'file'}`;
