import fc from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import type { MatrixUserId, ServerName } from '../../../src/lib/core/ids.ts';
import { roomAliasLocalpart } from '../../../src/lib/matrix/alias-name.ts';
import { puppetDisplayName, puppetUsername } from '../../../src/lib/matrix/puppet-name.ts';
import { parseServerName } from '../../../src/lib/matrix/server-name.ts';
import { ghostLocalpart, ghostUserId, parseRoomAlias, parseUserId } from '../../../src/lib/matrix/user-id.ts';

const example = 'example.org' as ServerName;
const anyText = fc.string({ unit: 'binary', maxLength: 300 });
const server = fc.constantFrom('example.org', 'a.b:8448', '[2001:db8::1]', '[::1]:80', '10.1.2.3:8008', 'localhost');
const userId = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 60 }), server)
  .map(([localpart, name]) => `@${localpart.toWellFormed().replace(/[:\0]/g, '')}:${name}` as MatrixUserId)
  .filter((id) => Buffer.byteLength(id) <= 255);

describe('server names', () => {
  it.each([
    'example.org',
    'localhost',
    'a.b:1',
    'EXAMPLE.org:8448',
    '10.0.0.1',
    '10.0.0.1:80',
    '[::1]',
    '[2001:db8::1]:8448',
    '1234',
  ])('%s is one', (name) => expect(parseServerName(name)).toBe(name));
  it.each([
    '',
    ':80',
    'a b',
    'a_b',
    'exa\u0301.org',
    '[::1',
    '[zz::]',
    '::1',
    'a:b',
    'a:123456',
    'a:65536',
    'a.b/..',
    '..',
    '.',
    'a\n',
  ])('%j is none', (name) => expect(parseServerName(name)).toBeUndefined());
});

describe('user ids and aliases', () => {
  it.each([
    ['@alice:example.org', 'alice', 'example.org'],
    ['@:example.org', '', 'example.org'],
    ['@Al Ice!:example.org', 'Al Ice!', 'example.org'],
    ['@алиса:example.org', 'алиса', 'example.org'],
    ['@a:[2001:db8::1]:8448', 'a', '[2001:db8::1]:8448'],
    ['@a=40b/c+d:10.0.0.1:80', 'a=40b/c+d', '10.0.0.1:80'],
  ])('%s is a user id', (id, localpart, serverName) => {
    expect(parseUserId(id)).toEqual({ userId: id, localpart, serverName });
  });

  it.each([
    '',
    '@',
    'alice',
    '@alice',
    '@alice:',
    'alice:example.org',
    '#a:example.org',
    '@a\0:b',
    '@\ud800:b',
    `@${'a'.repeat(250)}:b.cd`,
    '@a:b c',
  ])('%j is no user id', (id) => expect(parseUserId(id)).toBeUndefined());

  it('aliases have a name', () => {
    expect(parseRoomAlias('#general:example.org')).toMatchObject({ localpart: 'general', serverName: 'example.org' });
    expect(parseRoomAlias('#日本:example.org')?.localpart).toBe('日本');
    for (const text of ['#:example.org', '@a:b', '#a', 'general:example.org'])
      expect(parseRoomAlias(text)).toBeUndefined();
  });

  it('any text is either refused or taken apart into what it was made of', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseUserId(text);
        expect(parsed === undefined || `@${parsed.localpart}:${parsed.serverName}` === text).toBe(true);
      }),
    );
  });
});

describe('the ghost of a username', () => {
  it.each([
    ['bob', '@rc_bob:example.org'],
    ['Bob.Smith-1', '@rc_bob.smith-1:example.org'],
    ['a@b c', '@rc_a=40b=20c:example.org'],
    ['50=50', '@rc_50=3d50:example.org'],
    ['é', '@rc_=c3=a9:example.org'],
    ['a/b+c_d', '@rc_a/b+c_d:example.org'],
  ])('%s is %s', (username, id) => expect(ghostUserId('rc_', username, example)).toBe(id));

  it('needs no prefix', () => expect(ghostUserId('', 'bob', example)).toBe('@bob:example.org'));

  it('is always an id of at most 255 bytes in the strict grammar, for any username', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('rc_', ''), server, (username, prefix, name) => {
        const localpart = ghostLocalpart(prefix, username, name as ServerName);
        expect(localpart).toMatch(/^[a-z0-9._=/+-]+$/);
        expect(localpart.startsWith(prefix)).toBe(true);
        expect(localpart.length + name.length + 2).toBeLessThanOrEqual(255);
        expect(localpart.replace(/=[0-9a-f]{2}/g, '')).not.toContain('=');
      }),
    );
  });

  it('is another one for another username, case aside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), fc.boolean(), (a, b, long) => {
        const fill = long ? 'x'.repeat(260) : '';
        const lower = (text: string): string => text.toWellFormed().replace(/[A-Z]/g, (char) => char.toLowerCase());
        fc.pre(lower(a) !== lower(b));
        expect(ghostLocalpart('rc_', fill + a, example)).not.toBe(ghostLocalpart('rc_', fill + b, example));
      }),
    );
  });
});

describe('the puppet of a Matrix user', () => {
  const name = (id: string, attempt?: number): string => puppetUsername(id as MatrixUserId, attempt);

  it.each([
    ['@alice:example.org', 'alice.example.org'],
    ['@a_b-c.d:localhost', 'a_b-c.d.localhost'],
    ['@admin:example.org', 'admin.example.org'],
  ])('%s is %s', (id, username) => expect(name(id)).toBe(username));

  it.each([
    ['@Alice:example.org', /^alice\.example\.org-[0-9a-f]{8}$/],
    ['@josé:example.org', /^jose\.example\.org-[0-9a-f]{8}$/],
    ['@алиса:example.org', /^user\.example\.org-[0-9a-f]{8}$/],
    ['@:example.org', /^user\.example\.org-[0-9a-f]{8}$/],
    ['@.a:example.org', /^a\.example\.org-[0-9a-f]{8}$/],
    ['@a=40b/c:example.org', /^a-40b-c\.example\.org-[0-9a-f]{8}$/],
    ['@a:[2001:db8::1]:8448', /^a\.2001-db8-1-8448-[0-9a-f]{8}$/],
    [`@${'a'.repeat(100)}:example.org`, /^a{55}-[0-9a-f]{8}$/],
  ])('%s is like %s', (id, pattern) => expect(name(id)).toMatch(pattern));

  it('gets another name when the store says that one is taken', () => {
    const names = [0, 1, 2, 3].map((attempt) => name('@alice:example.org', attempt));
    expect(new Set(names).size).toBe(4);
    expect(name('@alice:example.org', 2)).toBe(names[2]);
  });

  it('has a username that Rocket.Chat takes, for every id', () => {
    fc.assert(
      fc.property(userId, fc.nat(3), (id, attempt) => {
        const username = puppetUsername(id, attempt);
        expect(username).toMatch(/^[0-9a-z_][0-9a-z_.-]*$/);
        expect(username.length).toBeLessThanOrEqual(64);
        expect(['all', 'here', 'admin', 'administrator', 'system', 'user']).not.toContain(username);
      }),
    );
  });

  it('shares its username with no other id of the same server', () => {
    fc.assert(
      fc.property(userId, userId, (a, b) => {
        fc.pre(a !== b && parseUserId(a)?.serverName === parseUserId(b)?.serverName);
        expect(puppetUsername(a)).not.toBe(puppetUsername(b));
      }),
    );
  });
});

describe('the display name of a puppet', () => {
  const shown = (displayName: string | undefined, template?: string, id = '@alice:example.org'): string =>
    puppetDisplayName({ userId: id as MatrixUserId, displayName }, { ...(template !== undefined && { template }) });

  it.each([
    ['Alice', 'Alice (example.org)'],
    [undefined, 'alice (example.org)'],
    ['', 'alice (example.org)'],
    ['  Alice \n\t Liddell ', 'Alice Liddell (example.org)'],
    ['<b>Alice</b>', 'b Alice b (example.org)'],
    ['a\\b/c', 'a b c (example.org)'],
    ['\u202eecilA', 'ecilA (example.org)'],
    ['A\u0000l\u0007ice\u200b', 'Alice (example.org)'],
    ['\u2066\u3164\u200d', 'alice (example.org)'],
    ['$& $1 {server}', '$& $1 {server} (example.org)'],
    ['👩‍🚀 Ada', '👩‍🚀 Ada (example.org)'],
    ['می‌خواهم', 'می‌خواهم (example.org)'],
    ['\ud83d', '\ufffd (example.org)'],
  ])('%j is shown as %j', (displayName, expected) => expect(shown(displayName)).toBe(expected));

  it('follows a template', () => {
    expect(shown('Alice', '{name} [M]')).toBe('Alice [M]');
    expect(shown('Alice', '{server}: {name}')).toBe('example.org: Alice');
  });

  it('is the username where nothing else is left', () => {
    expect(shown(undefined, '{name}', '@:example.org')).toMatch(/^user\.example\.org/);
    expect(shown('<', '{name}', '@>:example.org')).toMatch(/^user\.example\.org/);
  });

  it('never is empty, too long, or holds what Rocket.Chat refuses or a reader cannot see', () => {
    fc.assert(
      fc.property(userId, fc.option(anyText, { nil: undefined }), (id, displayName) => {
        const name = puppetDisplayName({ userId: id, displayName });
        expect(name.trim()).not.toBe('');
        expect(name).not.toMatch(/[<>\\/\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f]/u);
        expect([...name].length).toBeLessThanOrEqual(140);
        expect(name.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('the alias of a portal', () => {
  it.each([
    ['general', 'rc_general'],
    ['team-1.x_y', 'rc_team-1.x_y'],
  ])('%s is %s', (roomName, localpart) => expect(roomAliasLocalpart('rc_', roomName, 'RID')).toBe(localpart));

  it.each([
    ['General', /^rc_general-[0-9a-f]{8}$/],
    ['日本', /^rc_room-[0-9a-f]{8}$/],
    ['Räume & mehr', /^rc_raume-mehr-[0-9a-f]{8}$/],
    ['', /^rc_room-[0-9a-f]{8}$/],
    ['x'.repeat(200), /^rc_x{80}-[0-9a-f]{8}$/],
  ])('%s is like %s', (roomName, pattern) => expect(roomAliasLocalpart('rc_', roomName, 'RID')).toMatch(pattern));

  it('is a valid one for any name, and stays the same', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.nat(2), (roomName, seed, attempt) => {
        const localpart = roomAliasLocalpart('rc_', roomName, seed, attempt);
        expect(localpart).toMatch(/^rc_[0-9a-z_][0-9a-z_.-]*$/);
        expect(parseRoomAlias(`#${localpart}:example.org`)).toBeDefined();
        expect(roomAliasLocalpart('rc_', roomName, seed, attempt)).toBe(localpart);
      }),
    );
  });
});
