import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { decryptSecret, encryptionKey, encryptSecret, generateKey, keyIdOf } from '../../../src/lib/core/encryption.ts';
import { Secret } from '../../../src/lib/core/secret.ts';

const place = { table: 'people', row: 7, column: 'token' };

describe('secrets at rest', () => {
  it('come back with the key they were written with, and never look the same twice', () => {
    const key = encryptionKey(generateKey());
    const first = encryptSecret(key, place, new Secret('pâss wörd \u0000 😀'));
    expect(decryptSecret(key, place, first).reveal()).toBe('pâss wörd \u0000 😀');
    expect(encryptSecret(key, place, new Secret('pâss wörd \u0000 😀'))).not.toBe(first);
    expect(keyIdOf(first)).toBe(key.id);
  });

  it('cannot be read with another key, from another row, table or column, or after a change', () => {
    const key = encryptionKey(generateKey());
    const sealed = encryptSecret(key, place, new Secret('hunter2'));
    const unreadable = expect.objectContaining({ code: 'RCFED_SECRET_UNREADABLE' });
    expect(() => decryptSecret(encryptionKey(generateKey()), place, sealed)).toThrow(unreadable);
    for (const other of [{ row: 8 }, { table: 'meta' }, { column: 'password' }]) {
      expect(() => decryptSecret(key, { ...place, ...other }, sealed)).toThrow(unreadable);
    }
    const at = sealed.length - 10;
    const altered = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
    for (const text of [altered, sealed.slice(0, 25), 'hunter2', '', `v1.${key.id}.AA`]) {
      expect(() => decryptSecret(key, place, text)).toThrow(unreadable);
    }
  });

  it('accept the same key as bytes, hexadecimal or base64, and nothing of another length', () => {
    const bytes = Buffer.alloc(32, 0xfb);
    const { id } = encryptionKey(bytes);
    for (const text of [bytes.toString('hex'), bytes.toString('base64'), `${bytes.toString('base64url')}\n`]) {
      expect(encryptionKey(new Secret(text)).id).toBe(id);
    }
    for (const text of ['', 'short', 'x'.repeat(64), bytes.toString('hex').slice(2)]) {
      expect(() => encryptionKey(new Secret(text))).toThrow(expect.objectContaining({ code: 'RCFED_KEY_INVALID' }));
    }
    expect(() => encryptionKey(new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'RCFED_KEY_INVALID' }));
  });

  it('keep the key out of whatever is printed', () => {
    const key = encryptionKey(Buffer.from('0123456789abcdef0123456789abcdef'));
    expect(inspect(key, { depth: 5 }) + JSON.stringify(key)).not.toContain('0123456789abcdef');
  });
});
