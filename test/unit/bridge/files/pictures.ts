/** Beginnings of pictures of 640 × 480 as their formats have them; no picture is in them. */
const be16 = (value: number): number[] => [value >> 8, value & 0xff];
const le16 = (value: number): number[] => [value & 0xff, value >> 8];
const text = (value: string): number[] => [...Buffer.from(value, 'latin1')];

const [WIDTH, HEIGHT] = [640, 480];

export const png = Buffer.from([
  ...text('\x89PNG\r\n\x1a\n'),
  0,
  0,
  0,
  13,
  ...text('IHDR'),
  0,
  0,
  ...be16(WIDTH),
  0,
  0,
  ...be16(HEIGHT),
  8,
  6,
  0,
  0,
  0,
]);

export const gif = Buffer.from([...text('GIF89a'), ...le16(WIDTH), ...le16(HEIGHT), 0, 0, 0, 0]);

const riff = (kind: string, rest: number[]): Buffer =>
  Buffer.from([...text('RIFF'), 0, 0, 0, 0, ...text('WEBP'), ...text(kind), 0, 0, 0, 0, ...rest, 0, 0, 0, 0, 0, 0]);

export const lossyWebp = riff('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, ...le16(WIDTH), ...le16(HEIGHT)]);
export const losslessWebp = riff('VP8L', [0x2f, ...leInt((WIDTH - 1) | ((HEIGHT - 1) << 14))]);
export const extendedWebp = riff('VP8X', [0, 0, 0, 0, ...le16(WIDTH - 1), 0, ...le16(HEIGHT - 1), 0]);

function leInt(value: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return [...bytes];
}

const segment = (marker: number, content: number[]): number[] => [
  0xff,
  marker,
  ...be16(content.length + 2),
  ...content,
];

/** With the camera turned so (Exif 1 to 8), in either byte order, behind a colour profile of that many bytes. */
export function jpeg(options: { orientation?: number; order?: 'II' | 'MM'; profile?: number } = {}): Buffer {
  const { orientation, order = 'MM', profile = 0 } = options;
  const two = order === 'MM' ? be16 : le16;
  const four = (value: number): number[] => (order === 'MM' ? [0, 0, ...be16(value)] : [...le16(value), 0, 0]);
  const exif = [
    ...text('Exif\0\0'),
    ...text(order),
    ...two(42),
    ...four(8),
    ...two(2),
    ...two(0x010f),
    ...two(2),
    ...four(4),
    ...text('abc\0'),
    ...two(0x0112),
    ...two(3),
    ...four(1),
    ...two(orientation ?? 1),
    0,
    0,
    ...four(0),
  ];
  return Buffer.from([
    0xff,
    0xd8,
    ...segment(0xe0, text('JFIF\0\x01\x02\0\0\x01\0\x01\0\0')),
    ...(orientation === undefined ? [] : segment(0xe1, exif)),
    ...(profile === 0
      ? []
      : segment(
          0xe2,
          Array.from({ length: profile }, () => 0xff),
        )),
    ...segment(0xdb, [0, 1, 2]),
    ...segment(0xc4, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
    ...segment(0xc2, [8, ...be16(HEIGHT), ...be16(WIDTH), 3, 0, 0, 0]),
    ...segment(0xda, [0, 0]),
  ]);
}
