import fc from '../../support/properties.ts';
import { expect, test } from 'vitest';
import { parseRoomId, parseRoomReference } from '../../../src/lib/matrix/room-id.ts';

const opaque = fc.stringMatching(/^[0-9A-Za-z_=.+/-]{1,60}$/);
const server = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/), fc.constantFrom('', '.example.org', '.example.org:8448'))
  .map((parts) => parts.join(''));

test('every id with a server name is read whole', () => {
  fc.assert(
    fc.property(opaque, server, (id, name) => {
      expect(parseRoomId(`!${id}:${name}`)).toEqual({ roomId: `!${id}:${name}`, serverName: name });
    }),
  );
});

test('every id of room version 12, which names no server, is read whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) => {
      const id = `!${Buffer.from(hash).toString('base64url')}`;
      expect(parseRoomReference(id)).toEqual({ kind: 'id', room: id, serverName: undefined });
    }),
  );
});

test('whatever is read is a sigil, something, and at most 255 bytes', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `!${text}`),
        fc.string().map((text) => `#${text}`),
      ),
      (text) => {
        const found = parseRoomReference(text);
        if (found === undefined) return;
        expect(found.room).toBe(text);
        expect(text.slice(1).split(':')[0]).not.toBe('');
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(255);
        expect(text.startsWith(found.kind === 'id' ? '!' : '#')).toBe(true);
      },
    ),
  );
});

test.each([
  '',
  '!',
  '!:example.org',
  '!a b:example.org',
  '!a:',
  '!a:no server',
  '#:example.org',
  '#name',
  'name',
  `!${'a'.repeat(255)}`,
  '!\ud800',
  '!a\0b',
])('%j is none', (text) => {
  expect(parseRoomReference(text)).toBeUndefined();
});
