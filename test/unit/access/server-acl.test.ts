import fc from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { type ServerAcl, serverAclAdmits } from '../../../src/lib/access/server-acl.ts';
import type { ServerName } from '../../../src/lib/core/ids.ts';

const acl = (given: Partial<ServerAcl>): ServerAcl => ({ allow: ['*'], deny: [], allow_ip_literals: true, ...given });
const admits = (given: Partial<ServerAcl>, name: string): boolean => serverAclAdmits(acl(given), name as ServerName);

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const host = fc.tuple(label, label, fc.constantFrom('org', 'example', 'chat')).map((labels) => labels.join('.'));
const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
const name = fc.tuple(host, port).map(([of, at]) => (at === undefined ? of : `${of}:${at}`));

describe('who a room lets in by m.room.server_acl', () => {
  it('a room that allows everybody and denies nobody lets every server in', () => {
    fc.assert(fc.property(name, (server) => admits({}, server)));
  });

  it('a room that allows nobody lets nobody in, and what is denied is out whatever is allowed', () => {
    fc.assert(
      fc.property(name, host, (server, other) => {
        expect(admits({ allow: [] }, server)).toBe(false);
        expect(admits({ allow: ['*', other], deny: ['*'] }, server)).toBe(false);
      }),
    );
  });

  it('a name stands for itself alone, at any port and in capitals too', () => {
    fc.assert(
      fc.property(host, host, port, (one, other, at) => {
        const server = at === undefined ? other : `${other}:${at}`;
        expect(admits({ allow: [one.toUpperCase()] }, server)).toBe(one === other);
        expect(admits({ deny: [one] }, server)).toBe(one !== other);
      }),
    );
  });

  it('`*.base` stands for names below, `?` for one character, and a dot for a dot', () => {
    fc.assert(
      fc.property(host, label, (base, sub) => {
        expect(admits({ allow: [`*.${base}`] }, `${sub}.${base}`)).toBe(true);
        expect(admits({ allow: [`*.${base}`] }, base)).toBe(false);
        expect(admits({ allow: [`?${base.slice(1)}`] }, base)).toBe(true);
        expect(admits({ allow: [base] }, base.replace('.', 'x'))).toBe(false);
      }),
    );
  });

  it('signs that mean something to a pattern of ours mean nothing here', () => {
    fc.assert(
      fc.property(fc.string(), host, (pattern, server) => {
        const plain = pattern.replaceAll(/[*?]/g, '');
        expect(admits({ allow: [plain] }, server)).toBe(plain.toLowerCase() === server);
      }),
    );
  });

  it('is as a regular expression would say it', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    fc.assert(
      fc.property(short, text, (pattern, server) => {
        const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(admits({ allow: [pattern] }, server)).toBe(new RegExp(`^${expression}$`).test(server));
      }),
    );
  });

  it('no pattern takes long', () => {
    expect(admits({ allow: [`${'*a'.repeat(2000)}b`] }, 'a'.repeat(5000))).toBe(false);
  });

  it.each(['127.0.0.1', '127.0.0.1:8448', '[::1]', '[2001:db8::1]:8448'])('%s is let in only as a number', (server) => {
    expect(admits({}, server)).toBe(true);
    expect(admits({ allow_ip_literals: false }, server)).toBe(false);
    expect(admits({ allow_ip_literals: false }, 'example.org')).toBe(true);
  });
});
