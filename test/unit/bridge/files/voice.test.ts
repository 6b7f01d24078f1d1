import { describe, expect, it } from 'vitest';
import { matrixFileContent } from '../../../../src/lib/bridge/files/matrix-file.ts';
import { isRecording, readVoice, voiceFields, voiceFileName } from '../../../../src/lib/bridge/files/voice.ts';

const MXC = 'mxc://example.org/abc';
const spoken = {
  msgtype: 'm.audio',
  body: 'Voice message.ogg',
  url: MXC,
  info: { duration: 4000, mimetype: 'audio/ogg' },
  'org.matrix.msc3245.voice': {},
  'org.matrix.msc1767.audio': { duration: 3999.6, waveform: [0, 512, 1024] },
};

describe('a voice message of Matrix', () => {
  it('is known by its mark, with its duration and wave form', () => {
    expect(readVoice(spoken)).toEqual({ durationMs: 4000, waveform: [0, 512, 1024] });
    expect(readVoice({ ...spoken, 'org.matrix.msc3245.voice': undefined })).toBeUndefined();
    expect(readVoice({ ...spoken, msgtype: 'm.file' })).toBeUndefined();
    expect(readVoice({ msgtype: 'm.audio', body: 'song.mp3' })).toBeUndefined();
  });

  it('takes its duration from the file where the sound has none', () => {
    expect(readVoice({ ...spoken, 'org.matrix.msc1767.audio': {} })).toEqual({ durationMs: 4000, waveform: [] });
  });

  it.each([
    ['no object', 'loud', { durationMs: 4000, waveform: [] }],
    ['no list', { waveform: { 0: 1 } }, { durationMs: 4000, waveform: [] }],
    [
      'odd numbers',
      { duration: -1, waveform: [-5, 5000, 'x', null, 1.4] },
      { durationMs: 4000, waveform: [0, 1024, 0, 0, 1] },
    ],
    ['an endless duration', { duration: 1e300 }, { durationMs: 4000, waveform: [] }],
  ])('with %s is read as far as it makes sense', (_name, audio, expected) => {
    expect(readVoice({ ...spoken, 'org.matrix.msc1767.audio': audio })).toEqual(expected);
  });

  it('with a very long wave form keeps the loudest of each stretch', () => {
    const waveform = Array.from({ length: 100_000 }, (_, at) => (at % 1000 === 500 ? 900 : 3));
    const read = readVoice({ ...spoken, 'org.matrix.msc1767.audio': { waveform } });
    expect(read?.waveform).toEqual(Array.from({ length: 100 }, () => 900));
  });

  it('written by us is read again as it was', () => {
    const voice = { durationMs: 1500, waveform: [0, 7, 1024] };
    expect(readVoice({ msgtype: 'm.audio', ...voiceFields(voice) })).toEqual(voice);
    expect(voiceFields({ durationMs: undefined, waveform: [] })).toEqual({
      'org.matrix.msc3245.voice': {},
      'org.matrix.msc1767.audio': {},
    });
  });
});

describe('a recording of Rocket.Chat', () => {
  it.each([
    ['Audio record.mp3', 'audio/mpeg', true],
    ['audio record (2).mp3', 'audio/mpeg', true],
    ['Audio record.mp3', 'application/pdf', false],
    ['Audio recording of the meeting.mp3', 'audio/mpeg', false],
    ['song.mp3', 'audio/mpeg', false],
  ])('%s of type %s: %s', (name, contentType, expected) => {
    expect(isRecording({ name, contentType })).toBe(expected);
  });

  it.each([['audio/ogg; codecs=opus'], ['audio/mp4'], ['audio/mpeg'], ['audio/x-unheard-of']])(
    'is what a voice message of type %s is named like',
    (contentType) => {
      expect(isRecording({ name: voiceFileName(contentType), contentType })).toBe(true);
    },
  );
});

describe('the event of a file', () => {
  const file = { mxc: MXC, fileName: 'a/photo.png', contentType: 'image/png; x', size: 5 };

  it('names it, its type, its size and its dimensions', () => {
    expect(matrixFileContent({ ...file, imageSize: { width: 4, height: 3 } })).toEqual({
      msgtype: 'm.image',
      body: 'photo.png',
      filename: 'photo.png',
      url: MXC,
      info: { mimetype: 'image/png', size: 5, w: 4, h: 3 },
    });
  });

  it('has a duration only where it plays', () => {
    const lasting = (contentType: string) => matrixFileContent({ ...file, contentType, durationMs: 1000.4 })['info'];
    for (const type of ['audio/mpeg', 'video/mp4']) expect(lasting(type)).toMatchObject({ duration: 1000 });
    for (const type of ['image/gif', 'application/pdf']) expect(lasting(type)).not.toHaveProperty('duration');
  });

  it('has a caption beside the name', () => {
    expect(matrixFileContent({ ...file, caption: { body: '**See**', html: '<b>See</b>' } })).toMatchObject({
      body: '**See**',
      format: 'org.matrix.custom.html',
      formatted_body: '<b>See</b>',
      filename: 'photo.png',
    });
  });

  it('of a recording is a voice message, with its duration where it is known', () => {
    const voice = { durationMs: 1500.4, waveform: [1, 2] };
    const content = matrixFileContent({
      mxc: MXC,
      fileName: 'Audio record.mp3',
      contentType: 'audio/mpeg',
      size: 9,
      voice,
    });
    expect(content).toMatchObject({ msgtype: 'm.audio', info: { duration: 1500, mimetype: 'audio/mpeg' } });
    expect(readVoice(content)).toEqual({ durationMs: 1500, waveform: [1, 2] });
  });
});
