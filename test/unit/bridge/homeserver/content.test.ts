import fc from '../../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { type MatrixContent, readContent, turnsEncryptionOn } from '../../../../src/lib/bridge/homeserver/content.ts';
import { check, MESSAGE, MXC } from './content-cases.ts';

describe('text', () => {
  const html = { format: 'org.matrix.custom.html', formatted_body: '<b>hi</b>' };
  const text = { body: 'hi', msgtype: 'm.text', format: undefined, formatted_body: undefined };
  check([
    ['is read with its markup', MESSAGE, { ...text, ...html }, { kind: 'text', text: { body: 'hi', ...html } }],
    ['of an emote', MESSAGE, { ...text, msgtype: 'm.emote' }, { kind: 'emote', text: { msgtype: 'm.emote' } }],
    ['of a notice', MESSAGE, { ...text, msgtype: 'm.notice' }, { kind: 'notice' }],
    ['of the server is a notice', MESSAGE, { ...text, msgtype: 'm.server_notice' }, { kind: 'notice' }],
    ['with odd markup has none', MESSAGE, { ...text, format: 5, formatted_body: {} }, { kind: 'text', text }],
    ['that is no text is unknown', MESSAGE, { msgtype: 'm.text', body: { a: 1 } }, { kind: 'unknown', what: 'm.text' }],
    ['without a kind is unknown', MESSAGE, { body: 'hi' }, { kind: 'unknown', what: MESSAGE, body: 'hi' }],
    ['of another kind', MESSAGE, { msgtype: 'x.y', body: 'hi' }, { kind: 'unknown', what: 'x.y', body: 'hi' }],
    ['that was redacted', MESSAGE, {}, { kind: 'unknown', what: MESSAGE, body: undefined }],
  ]);
});

describe('mentions', () => {
  const text = { msgtype: 'm.text', body: 'hi' };
  const users = [
    '@a:example.org',
    '@a:example.org',
    'b',
    5,
    null,
    '@c',
    `@${'x'.repeat(300)}:example.org`,
    '@d:[::1]:80',
  ];
  check([
    ['are not said by old clients', MESSAGE, text, { mentions: undefined }],
    ['may be none', MESSAGE, { ...text, 'm.mentions': {} }, { mentions: { userIds: [], room: false } }],
    [
      'are user ids, each once',
      MESSAGE,
      { ...text, 'm.mentions': { user_ids: users, room: true } },
      { mentions: { userIds: ['@a:example.org', '@d:[::1]:80'], room: true } },
    ],
    [
      'that are no such thing are none',
      MESSAGE,
      { ...text, 'm.mentions': { user_ids: 'a', room: 'yes' } },
      { mentions: { userIds: [], room: false } },
    ],
    [
      'of a caption count',
      MESSAGE,
      { msgtype: 'm.file', body: 'a', url: MXC, 'm.mentions': { room: true } },
      { mentions: { room: true } },
    ],
  ]);
});

describe('what else there is', () => {
  check([
    [
      'an encrypted message',
      'm.room.encrypted',
      { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'x' },
      { kind: 'encrypted' },
    ],
    ['a call', 'm.call.invite', { offer: { sdp: 'v=0\r\nm=audio 9 x\r\n' } }, { kind: 'call', video: false }],
    [
      'a call with pictures',
      'm.call.invite',
      { offer: { sdp: 'v=0\r\nm=audio 9 x\r\nm=video 9 x\r\n' } },
      { kind: 'call', video: true },
    ],
    ['a call without an offer', 'm.call.invite', { offer: null }, { kind: 'call', video: false }],
    ['a call of a group', 'org.matrix.msc4075.rtc.notification', {}, { kind: 'call', video: true }],
    [
      'anything',
      'org.example.x',
      { 'm.text': [{ body: 'fallback', mimetype: 'text/plain' }] },
      { kind: 'unknown', what: 'org.example.x', body: 'fallback' },
    ],
  ]);

  it.each<[unknown, Record<string, unknown>, boolean]>([
    ['', { algorithm: 'm.megolm.v1.aes-sha2' }, true],
    ['', { algorithm: 'x' }, true],
    ['', {}, false],
    ['@a:example.org', { algorithm: 'x' }, false],
    [undefined, { algorithm: 'x' }, false],
  ])('a room is encrypted by state with the key %j and %j: %s', (stateKey, content, expected) => {
    expect(turnsEncryptionOn('m.room.encryption', stateKey, content)).toBe(expected);
    expect(turnsEncryptionOn('m.room.topic', stateKey, content)).toBe(false);
  });
});

describe('hostile content', () => {
  const types = [MESSAGE, 'm.sticker', 'm.poll.start', 'm.poll.response', 'm.poll.end', 'm.call.invite', 'x'];
  const keys = [
    'msgtype',
    'body',
    'filename',
    'url',
    'file',
    'info',
    'geo_uri',
    'm.poll',
    'm.text',
    'm.relates_to',
    'offer',
    'm.mentions',
    'answers',
    'question',
    'user_ids',
    'org.matrix.msc3245.voice',
    'org.matrix.msc1767.audio',
    'waveform',
    'event_id',
    'rel_type',
  ];
  const values = ['m.text', 'm.image', 'm.audio', 'm.location', MXC, 'geo:1,2', '$x', 'm.reference'];

  it('is read as something, never with an error', () => {
    const leaf = fc.oneof(fc.constantFrom<unknown>(...values), fc.jsonValue());
    const content = fc.dictionary(
      fc.constantFrom(...keys),
      fc.oneof(leaf, fc.dictionary(fc.constantFrom(...keys), leaf), fc.array(leaf)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...types), content, (type, given) => {
        const read: MatrixContent = readContent(type, given);
        if (read.kind === 'file' || read.kind === 'sticker') expect(read.mxc).toBe(MXC);
        if (read.kind === 'text') expect(typeof read.text.body).toBe('string');
      }),
      { numRuns: 5000 },
    );
  });

  it('of great length takes no time', () => {
    const long = '1'.repeat(60_000);
    for (const uri of [`geo:${long}`, `geo:1,2${';'.repeat(60_000)}`, `geo:1.${long},2`])
      expect(readContent(MESSAGE, { msgtype: 'm.location', body: 'x', geo_uri: uri }).kind).toBeTypeOf('string');
    expect(readContent(MESSAGE, { msgtype: 'm.file', body: '/'.repeat(60_000), url: MXC })).toMatchObject({
      fileName: 'file',
    });
  });
});
