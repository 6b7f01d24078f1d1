import fc from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { matches, parsePattern } from '../../../src/lib/access/pattern.ts';
import { verdictOn } from '../../../src/lib/access/rules.ts';
import { aclOf, changedAcl, readAcl, type ServerAcl } from '../../../src/lib/access/server-acl.ts';
import { synapseLines } from '../../../src/lib/access/synapse-lines.ts';
import type { ServerName } from '../../../src/lib/core/ids.ts';

const own = 'home.example' as ServerName;
const server = (text: string): ServerName => text as ServerName;

describe('a pattern', () => {
  it.each([
    ['acme.com', 'acme.com', true],
    ['acme.com', 'ACME.com:8448', true],
    ['acme.com', 'acme.com.', true],
    ['acme.com', 'notacme.com', false],
    ['acme.com', 'chat.acme.com', false],
    ['acme.com', 'acme.com.evil.org', false],
    ['*.acme.com', 'chat.acme.com', true],
    ['*.acme.com', 'a.b.acme.com:443', true],
    ['*.acme.com', 'acme.com', false],
    ['*.acme.com', 'notacme.com', false],
    ['*.acme.com', '1.2.3.4', false],
    ['1.2.3.4', '1.2.3.4:8448', true],
    ['[2001:db8::1]', '[2001:DB8::1]:8448', true],
    ['[2001:db8::1]', '[2001:db8::2]', false],
    ['[2001:db8::1]', '[2001:0db8:0:0::0001]', true],
    ['[2001:DB8:0::1]', '[2001:db8::1]', true],
    ['127.0.0.1', '127.1', true],
    ['127.0.0.1', '0x7f000001:8448', true],
    ['1.2.3.4', '[::ffff:1.2.3.4]', true],
    ['1.2.3.4', '[::ffff:102:304]', true],
    ['1.2.3.4', '1.2.3.4.example.org', false],
  ])('%s on %s: %s', (pattern, name, fits) => {
    expect(matches(parsePattern(pattern), server(name))).toBe(fits);
  });

  it.each([
    '',
    '*',
    '*.',
    '*.com',
    'a*.example.org',
    '*.*.org',
    '**.example.org',
    'acme.com:8448',
    'ac me.com',
    '*.1.2.3.4',
    'ümlaut.example',
    '@a:b.org',
  ])('%j is none', (text) => {
    expect(() => parsePattern(text)).toThrow(expect.objectContaining({ code: 'RCFED_ACCESS_PATTERN' }));
  });

  it('never takes in a name that only ends like it', () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(label, label, label, (name, top, prefix) => {
        const domain = `${name}.x${top}`;
        expect(matches(`*.${domain}`, server(prefix + domain))).toBe(false);
        expect(matches(domain, server(prefix + domain))).toBe(false);
        expect(matches(`*.${domain}`, server(`${prefix}.${domain}`))).toBe(true);
      }),
    );
  });
});

const octet = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const ipv6 = fc.ipV6().map((address) => `[${address}]`);
const port = fc.constantFrom('', ':8448', ':443');

describe('a pattern that is an address', () => {
  it('fits that address with any port, and no other', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), fc.oneof(ipv4, ipv6), port, (one, other, behind) => {
        const pattern = parsePattern(one);
        expect(matches(pattern, server(one + behind))).toBe(true);
        expect(matches(pattern, server(one.toUpperCase()))).toBe(true);
        expect(matches(pattern, server(other))).toBe(pattern === parsePattern(other));
      }),
    );
  });
  it('is never taken in by a domain', () => {
    fc.assert(
      fc.property(ipv4, port, (address, behind) => {
        const [, ...rest] = address.split('.');
        expect(() => parsePattern(`*.${address}`)).toThrow();
        expect(matches(`*.${rest.join('.')}`, server(address + behind))).toBe(false);
        expect(matches('*.example.org', server(address + behind))).toBe(false);
      }),
    );
  });
});

describe('the rules', () => {
  const verdict = (allow: string[], block: string[], name: string) => verdictOn({ allow, block }, server(name), own);

  it('let everybody in while nothing is allowed by name', () => {
    expect(verdict([], [], 'acme.com')).toMatchObject({ allowed: true, why: 'no rule' });
    expect(verdict([], ['acme.com'], 'other.com')).toMatchObject({ allowed: true });
  });
  it('let block win', () => {
    expect(verdict(['acme.com'], ['acme.com'], 'acme.com')).toEqual({
      allowed: false,
      why: 'blocked',
      rule: 'acme.com',
    });
    expect(verdict(['chat.acme.com'], ['*.acme.com'], 'chat.acme.com')).toMatchObject({ allowed: false });
  });
  it('keep out who is on no list once there is one', () => {
    expect(verdict(['acme.com'], [], 'other.com')).toMatchObject({ allowed: false, why: 'not on the allow list' });
    expect(verdict(['acme.com'], [], '1.2.3.4')).toMatchObject({ allowed: false });
    expect(verdict(['1.2.3.4'], [], '1.2.3.4')).toMatchObject({ allowed: true });
  });
  it('always let the homeserver itself in', () => {
    expect(verdict(['acme.com'], ['*.example'], 'home.example:8448')).toMatchObject({ allowed: true, why: 'own' });
  });
});

describe('the access list of a room', () => {
  const none = { allow: [], block: [] };

  it('is not made where there are no rules', () => {
    expect(changedAcl(none, own, undefined, undefined)).toEqual({ kind: 'as it is' });
  });
  it('never shuts the homeserver out', () => {
    expect(aclOf({ allow: ['acme.com'], block: [] }, own).allow).toEqual(['acme.com', 'home.example']);
    expect(aclOf({ allow: ['acme.com'], block: [] }, server('10.0.0.1')).allow_ip_literals).toBe(true);
  });
  it('keeps what others denied, and takes only our own back', () => {
    const theirs: ServerAcl = { allow: ['*'], deny: ['evil.org'], allow_ip_literals: false };
    const first = changedAcl({ allow: [], block: ['bad.org'] }, own, theirs, undefined);
    if (first.kind !== 'write') throw new Error(first.kind);
    expect(first.acl).toEqual({ allow: ['*'], deny: ['bad.org', 'evil.org'], allow_ip_literals: false });
    const back = changedAcl(none, own, first.acl, first.ours);
    expect(back).toMatchObject({ kind: 'write', acl: theirs });
  });
  it('leaves a list of allowed servers that somebody else made', () => {
    const theirs: ServerAcl = { allow: ['*.partner.org', 'home.example'], deny: [], allow_ip_literals: true };
    expect(changedAcl({ allow: ['acme.com'], block: ['bad.org'] }, own, theirs, undefined)).toMatchObject({
      kind: 'write in part',
      acl: { allow: theirs.allow, deny: ['bad.org'] },
    });
  });
  it('is written once', () => {
    const rules = { allow: ['acme.com'], block: ['bad.org'] };
    const first = changedAcl(rules, own, undefined, undefined);
    if (first.kind === 'as it is') throw new Error(first.kind);
    expect(changedAcl(rules, own, first.acl, first.ours)).toEqual({ kind: 'as it is' });
  });
  it('is read whatever is in it', () => {
    fc.assert(fc.property(fc.jsonValue(), (content) => void readAcl(content)));
    expect(readAcl({ allow: ['a', 1], deny: 'x' })).toEqual({ allow: ['a'], deny: [], allow_ip_literals: true });
  });
});

describe('rules and the list that is written of them', () => {
  /** As homeservers read it: https://spec.matrix.org/v1.17/client-server-api/#mroomserver_acl */
  const admits = ({ allow, deny, allow_ip_literals: addresses }: ServerAcl, name: string): boolean => {
    const host = name.toLowerCase().replace(/:\d+$/, '');
    if (!addresses && (host.startsWith('[') || /^\d+(\.\d+){3}$/.test(host))) return false;
    const fits = (glob: string): boolean =>
      new RegExp(`^${glob.replace(/[.[\]]/g, '\\$&').replace(/\*/g, '.*')}$`).test(host);
    return !deny.some(fits) && allow.some(fits);
  };
  const label = fc.constantFrom('a', 'b', 'ab', 'acme', 'notacme');
  const domain = fc.tuple(label, label).map((labels) => `${labels.join('.')}.org`);
  const address = fc.constantFrom('1.2.3.4', '10.0.0.1', '[2001:db8::1]');
  const pattern = fc.oneof(
    domain,
    domain.map((name) => `*.${name}`),
    address,
  );
  const name = fc.oneof(
    domain,
    fc.tuple(label, domain).map((labels) => labels.join('.')),
    address,
  );

  it('say the same of every server', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), fc.array(pattern, { maxLength: 4 }), name, port, (...given) => {
        const [allow, block, host, behind] = given;
        const rules = { allow, block };
        expect(admits(aclOf(rules, own), host + behind)).toBe(verdictOn(rules, server(host + behind), own).allowed);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what Synapse is told', () => {
  it('is its list of allowed servers with itself in it, and that it has none of blocked ones', () => {
    const lines = synapseLines({ allow: ['acme.com', '*.partner.org'], block: ['bad.org', '1.2.3.4'] }, own);
    expect(lines).toContain('federation_domain_whitelist:\n  - "home.example"\n  - "acme.com"\n');
    expect(lines).toMatch(/no patterns.*\*\.partner\.org/);
    expect(lines).toMatch(/no list of blocked servers[^]*#   bad\.org/);
    expect(synapseLines({ allow: [], block: [] }, own)).toContain('Synapse has no list of blocked servers');
    expect(lines).not.toContain('ip_range_whitelist');
    expect(lines).toMatch(/ip_range_blacklist:[^]*- "127\.0\.0\.0\/8"[^]*- "1\.2\.3\.4\/32"/);
  });
  it('is that a private address which is let in may be asked', () => {
    const lines = synapseLines({ allow: ['10.0.0.7', '[fd00::7]', '1.2.3.4'], block: ['1.2.3.4'] }, own);
    expect(lines).toContain('ip_range_whitelist:\n  - "10.0.0.7/32"\n  - "fd00::7/128"');
    expect(lines.slice(lines.indexOf('ip_range_whitelist'))).not.toContain('1.2.3.4');
  });
});
