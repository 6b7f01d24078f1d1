export interface ImageInfo {
  readonly format: 'png' | 'gif' | 'jpeg' | 'webp';
  /** Unset where the header does not tell it in a way that is read here. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

/** What a picture's first bytes say of it; `undefined` for anything but a picture. */
export function imageInfo(bytes: Uint8Array): ImageInfo | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = view.subarray(0, 12).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return { format: 'png', size: at(view, 24, 'readUInt32BE', 16, 20) };
  if (/^GIF8[79]a/.test(head)) return { format: 'gif', size: at(view, 10, 'readUInt16LE', 6, 8) };
  if (head.startsWith('\xff\xd8\xff')) return { format: 'jpeg', size: jpegSize(view) };
  if (head.startsWith('RIFF') && head.slice(8) === 'WEBP') return { format: 'webp', size: undefined };
  return undefined;
}

function at(
  view: Buffer,
  needed: number,
  read: 'readUInt32BE' | 'readUInt16LE' | 'readUInt16BE',
  width: number,
  height: number,
): ImageInfo['size'] {
  return view.length < needed ? undefined : { width: view[read](width), height: view[read](height) };
}

/** The first frame header (SOF): every segment before it says how long it is. */
function jpegSize(view: Buffer): ImageInfo['size'] {
  for (let place = 2; place + 9 < view.length && view[place] === 0xff;) {
    const marker = view[place + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return at(view, place + 9, 'readUInt16BE', place + 7, place + 5);
    place += 2 + view.readUInt16BE(place + 2);
  }
  return undefined;
}
