/** `m.image` and so on: https://spec.matrix.org/v1.17/client-server-api/#mroommessage-msgtypes */
export type FileMsgtype = 'm.image' | 'm.video' | 'm.audio' | 'm.file';

const UNKNOWN = 'application/octet-stream';
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** `image/PNG; charset=x` → `image/png`; what is no media type at all becomes `application/octet-stream`. */
export function bareType(contentType: string): string {
  const bare = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  return TYPE.test(bare) ? bare : UNKNOWN;
}

/** SVG is a file: clients don't show it, since it may hold scripts. */
export function msgtypeOf(contentType: string): FileMsgtype {
  const type = bareType(contentType);
  if (type.startsWith('image/')) return type === 'image/svg+xml' ? 'm.file' : 'm.image';
  if (type.startsWith('video/')) return 'm.video';
  if (type.startsWith('audio/') || type === 'application/ogg') return 'm.audio';
  return 'm.file';
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/json': '.json',
  'application/ogg': '.ogg',
  'application/pdf': '.pdf',
  'application/zip': '.zip',
  'audio/aac': '.aac',
  'audio/mp4': '.m4a',
  'audio/mpeg': '.mp3',
  'audio/ogg': '.ogg',
  'audio/wav': '.wav',
  'audio/webm': '.webm',
  'image/gif': '.gif',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/svg+xml': '.svg',
  'image/webp': '.webp',
  'text/markdown': '.md',
  'text/plain': '.txt',
  'video/mp4': '.mp4',
  'video/quicktime': '.mov',
  'video/webm': '.webm',
};

/** With its dot; '' for a type that is not among the common ones. */
export const extensionOf = (contentType: string): string => EXTENSIONS[bareType(contentType)] ?? '';
