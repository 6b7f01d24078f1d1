import { bareType } from './content-type.ts';

/** Pictures of people that are larger are not carried. */
export const AVATAR_LIMIT_BYTES = 4 * 1024 * 1024;

interface Bytes {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/**
 * A picture that both servers and their clients show: its sender says that it is an image, and its first bytes say
 * which. undefined for all else, SVG among it, which may hold scripts. The type is that of the bytes.
 */
export function asAvatar({ bytes, contentType }: Bytes): Bytes | undefined {
  const declared = bareType(contentType);
  if (!declared.startsWith('image/') || declared === 'image/svg+xml') return undefined;
  const type = typeOf(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 12)).toString('latin1'));
  return type === undefined ? undefined : { bytes, contentType: type };
}

function typeOf(start: string): string | undefined {
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(start)) return 'image/gif';
  return start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP' ? 'image/webp' : undefined;
}
