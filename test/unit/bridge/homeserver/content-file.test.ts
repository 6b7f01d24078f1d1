import { describe } from 'vitest';
import { check, MESSAGE, MXC } from './content-cases.ts';

describe('a file', () => {
  const image = { msgtype: 'm.image', body: 'a.png', url: MXC };
  const info = { mimetype: 'image/PNG; x=1', size: 5, w: 4, h: 3 };
  check([
    [
      'has its name in the body',
      MESSAGE,
      { ...image, info },
      {
        kind: 'file',
        msgtype: 'm.image',
        mxc: MXC,
        encrypted: false,
        fileName: 'a.png',
        caption: undefined,
        contentType: 'image/png',
        size: 5,
        imageSize: { width: 4, height: 3 },
      },
    ],
    [
      'has a caption when its name is another one',
      MESSAGE,
      { ...image, body: 'Look', filename: 'a.png', format: 'org.matrix.custom.html', formatted_body: '<i>Look</i>' },
      { fileName: 'a.png', caption: { msgtype: 'm.text', body: 'Look', formatted_body: '<i>Look</i>' } },
    ],
    [
      'has none when both are the same',
      MESSAGE,
      { ...image, filename: 'a.png', formatted_body: 'x' },
      { caption: undefined },
    ],
    [
      'has none when the body is empty',
      MESSAGE,
      { ...image, body: '', filename: 'a.png' },
      { caption: undefined, fileName: 'a.png' },
    ],
    [
      'with an empty name is named by its body',
      MESSAGE,
      { ...image, filename: '' },
      { caption: undefined, fileName: 'a.png' },
    ],
    ['has a harmless name', MESSAGE, { ...image, filename: '../../x\u202egnp.exe' }, { fileName: 'xgnp.exe' }],
    ['without any name has one of its type', MESSAGE, { ...image, body: '', info }, { fileName: 'file.png' }],
    [
      'of a video has a duration',
      MESSAGE,
      { ...image, msgtype: 'm.video', info: { duration: 1234.4 } },
      { msgtype: 'm.video', durationMs: 1234 },
    ],
    [
      'that was spoken is a voice message',
      MESSAGE,
      {
        ...image,
        msgtype: 'm.audio',
        'org.matrix.msc3245.voice': {},
        'org.matrix.msc1767.audio': { duration: 7, waveform: [1] },
      },
      { msgtype: 'm.audio', voice: { durationMs: 7, waveform: [1] } },
    ],
    ['of music is none', MESSAGE, { ...image, msgtype: 'm.audio' }, { voice: undefined }],
    [
      'that is encrypted says so',
      MESSAGE,
      { msgtype: 'm.file', body: 'a', file: { url: MXC, key: {}, iv: 'x', hashes: {}, v: 'v2' } },
      { kind: 'file', encrypted: true, mxc: MXC },
    ],
    ['is not taken from both places', MESSAGE, { ...image, file: { url: 'x' } }, { kind: 'unknown', what: 'm.image' }],
    [
      'without an address is unknown',
      MESSAGE,
      { msgtype: 'm.image', body: 'a.png' },
      { kind: 'unknown', body: 'a.png' },
    ],
    ['of the web is unknown', MESSAGE, { ...image, url: 'https://example.org/a.png' }, { kind: 'unknown' }],
    ['of a path is unknown', MESSAGE, { ...image, url: 'mxc://../../etc' }, { kind: 'unknown' }],
    [
      'with nonsense about it is read without that',
      MESSAGE,
      { ...image, info: { mimetype: 'x', size: -1, w: 1e300, h: '5', duration: Number.NaN } },
      { contentType: 'application/octet-stream', size: undefined, imageSize: undefined, durationMs: undefined },
    ],
    ['with half a size has none', MESSAGE, { ...image, info: { w: 5 } }, { imageSize: undefined }],
    ['with a list about it', MESSAGE, { ...image, info: [1] }, { kind: 'file', size: undefined }],
  ]);
});

describe('a sticker', () => {
  check([
    [
      'is a picture',
      'm.sticker',
      { body: 'Cat', url: MXC, info: { mimetype: 'image/webp' } },
      { kind: 'sticker', body: 'Cat', mxc: MXC, fileName: 'file.webp' },
    ],
    ['without a picture is unknown', 'm.sticker', { body: 'Cat' }, { kind: 'unknown', what: 'm.sticker', body: 'Cat' }],
    ['without words is unknown', 'm.sticker', { url: MXC }, { kind: 'unknown' }],
  ]);
});
