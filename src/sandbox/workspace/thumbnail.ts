import { crc32, deflateSync } from 'node:zlib';
import type { ImageInfo } from './image-info.ts';
import type { Workspace } from './workspace.ts';

export interface Thumbnail {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * A picture's preview: fitted into the settings' width and height, and none for one that is smaller both
 * ways. The sandbox doesn't scale pictures: its previews are grey, and PNG whatever the original was.
 */
export function thumbnailOf(workspace: Workspace, { size }: ImageInfo): Thumbnail | undefined {
  const { settings } = workspace;
  if (!settings.get<boolean>('Message_Attachments_Thumbnails_Enabled') || size === undefined) return undefined;
  const width = settings.get<number>('Message_Attachments_Thumbnails_Width');
  const height = settings.get<number>('Message_Attachments_Thumbnails_Height');
  if (size.width < width && size.height < height) return undefined;
  const scale = Math.min(width / size.width, height / size.height);
  const fitted = {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  };
  return { ...fitted, bytes: greyPng(fitted.width, fitted.height) };
}

/** https://www.w3.org/TR/png-3/: 8-bit greyscale, every row without a filter. */
function greyPng(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const row = Buffer.alloc(width + 1, 0x80);
  row[0] = 0;
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
