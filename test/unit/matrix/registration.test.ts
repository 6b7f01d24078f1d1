import fc from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import {
  homeserverYamlLines,
  makeRegistration,
  parseRegistration,
  renderRegistration,
} from '../../../src/lib/matrix/registration.ts';
import { refuseConflicts, registrationConflicts } from '../../../src/lib/matrix/registration-conflicts.ts';

const example = 'example.org' as ServerName;
const make = (more: Partial<Parameters<typeof makeRegistration>[0]> = {}): ReturnType<typeof makeRegistration> =>
  makeRegistration({ url: 'http://127.0.0.1:29400', serverName: example, ...more });

/** As Synapse reads an expression: anchored at the beginning alone. */
const claims = (regex: string, id: string): boolean => new RegExp(`^(?:${regex})`).test(id);

async function namespaces(more: Parameters<typeof make>[0] = {}): Promise<{ users: string; aliases: string }> {
  const file = parse(await renderRegistration(make(more))) as { namespaces: Record<string, { regex: string }[]> };
  return { users: file.namespaces['users']?.[0]?.regex ?? '', aliases: file.namespaces['aliases']?.[0]?.regex ?? '' };
}

describe('a registration', () => {
  it('comes back from its file as it was made', async () => {
    const registration = make({ id: 'rcfed-2', prefix: 'rc+b.', senderLocalpart: 'bridge' });
    const read = await parseRegistration(await renderRegistration(registration));
    expect({ ...read, asToken: read.asToken.reveal(), hsToken: read.hsToken.reveal() }).toEqual({
      ...registration,
      asToken: registration.asToken.reveal(),
      hsToken: registration.hsToken.reveal(),
    });
  });

  it('has two different tokens of 32 random bytes, and never prints them', () => {
    const registration = make();
    const tokens = [registration.asToken.reveal(), registration.hsToken.reveal(), make().asToken.reveal()];
    expect(new Set(tokens).size).toBe(3);
    for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(registration)).not.toContain(tokens[0]);
  });

  it('has the keys that Synapse reads', async () => {
    const file = parse(await renderRegistration(make({ url: null }))) as Record<string, unknown>;
    expect(file).toMatchObject({
      id: 'rcfed',
      url: null,
      sender_localpart: 'rcfed',
      rate_limited: false,
      receive_ephemeral: true,
      'de.sorunome.msc2409.push_ephemeral': true,
      namespaces: { users: [{ exclusive: true }], aliases: [{ exclusive: true }], rooms: [] },
    });
  });

  it.each([
    ['none', false],
    ['typing', true],
    ['all', true],
  ] as const)('says whether typing and receipts are to be pushed: %s', async (ephemeral, expected) => {
    const text = await renderRegistration(make({ ephemeral }));
    expect(parse(text)).toMatchObject({
      receive_ephemeral: expected,
      'de.sorunome.msc2409.push_ephemeral': expected,
    });
    expect((await parseRegistration(text)).receiveEphemeral ?? true).toBe(expected);
  });

  it('claims what begins with the prefix on this server, and nothing else', async () => {
    const { users, aliases } = await namespaces();
    for (const id of ['@rc_bob:example.org', '@rc_:example.org', '@rc_a=40b:example.org'])
      expect(claims(users, id), id).toBe(true);
    for (const id of [
      '@bob:example.org',
      '@rc_bob:exampleXorg',
      '@rc_bob:example.org.evil.net',
      '@rc_bob:other.org',
      'x@rc_bob:example.org',
    ]) {
      expect(claims(users, id), id).toBe(false);
    }
    expect(claims(aliases, '#rc_general:example.org')).toBe(true);
    expect(claims(aliases, '#general:example.org')).toBe(false);
  });

  it('claims every user of the server when the prefix is empty, and only of this server', async () => {
    const { users } = await namespaces({ prefix: '' });
    expect(claims(users, '@anyone:example.org')).toBe(true);
    expect(claims(users, '@anyone:example.org.evil.net')).toBe(false);
    expect(await parseRegistration(await renderRegistration(make({ prefix: '' })))).toMatchObject({ prefix: '' });
  });

  it('survives any prefix and server that the grammar allows', async () => {
    const prefix = fc.stringMatching(/^[a-z0-9._=/+-]{0,20}$/);
    const server = fc.constantFrom('a.b', 'localhost:8448', '[2001:db8::1]:8448', '10.0.0.1', 'a-b.c.d');
    await fc.assert(
      fc.asyncProperty(prefix, server, async (chosen, name) => {
        const registration = make({ prefix: chosen, serverName: name as ServerName });
        expect(await parseRegistration(await renderRegistration(registration))).toMatchObject({
          prefix: chosen,
          serverName: name,
        });
        const { users } = await namespaces({ prefix: chosen, serverName: name as ServerName });
        expect(claims(users, `@${chosen}x:${name}`)).toBe(true);
        expect(chosen === '' || !claims(users, `@!x:${name}`)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    [{ prefix: 'RC_' }, 'RC_'],
    [{ prefix: 'rc:' }, 'rc:'],
    [{ senderLocalpart: '' }, 'bot'],
    [{ serverName: 'not a server' as ServerName }, 'not a server'],
    [{ url: '127.0.0.1:29400' }, 'no http URL'],
    [{ url: 'ftp://x' }, 'no http URL'],
  ])('is refused when made with %j', (more, named) => {
    expect(() => make(more)).toThrow(
      expect.objectContaining({ code: 'RCFED_REGISTRATION_BROKEN', message: expect.stringContaining(named) }),
    );
  });

  it('gives the lines for homeserver.yaml, whatever the path', () => {
    for (const path of ['/etc/matrix-synapse/rcfed.yaml', '/with space/a: b #c.yaml', 'C:\\x"y']) {
      expect(parse(homeserverYamlLines(path))).toEqual({ app_service_config_files: [path] });
    }
  });
});

describe('a broken registration file', () => {
  const edited = async (edit: (text: string) => string): Promise<string> => edit(await renderRegistration(make()));
  it.each<[string, (text: string) => string, string]>([
    ['no as_token', (text) => text.replace(/^as_token.*$/m, ''), 'no as_token'],
    ['an empty hs_token', (text) => text.replace(/^hs_token.*$/m, 'hs_token: ""'), 'no hs_token'],
    ['a number as id', (text) => text.replace(/^id.*$/m, 'id: 5'), 'no id'],
    ['no url', (text) => text.replace(/^url.*$/m, ''), 'no url'],
    ['other namespaces', (text) => text.replaceAll('rc_', '(rc|x)_'), 'namespaces'],
    ['a namespace that is not exclusive', (text) => text.replace('exclusive: true', 'exclusive: false'), 'namespaces'],
    ['aliases of another prefix', (text) => text.replace('#rc_', '#xy_'), 'namespaces'],
    ['namespaces that are a text', (text) => text.replace(/namespaces:[^]*/, 'namespaces: none'), 'namespaces'],
    ['a list', () => '- a', 'no YAML mapping'],
    ['nothing', () => '', 'no YAML mapping'],
    ['broken YAML', (text) => `${text}\n  : : [`, 'no YAML'],
    [
      'the same token twice',
      (text) => text.replace(/hs_token: .*/, `hs_token: ${/as_token: (.*)/.exec(text)?.[1]}`),
      'the same',
    ],
  ])('with %s is told by name, without its tokens', async (_what, edit, named) => {
    const text = await edited(edit);
    const error = await parseRegistration(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'RCFED_REGISTRATION_BROKEN', message: expect.stringContaining(named) });
    for (const token of text.match(/[0-9a-f]{64}/g) ?? []) expect((error as Error).message).not.toContain(token);
  });

  it('that is a YAML bomb is refused at once', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x]',
      ...[...'bcdefghij'].map((name, at) => `${name}: &${name} [${Array(8).fill(`*${'abcdefghij'[at]}`).join(',')}]`),
    ];
    await expect(parseRegistration(bomb.join('\n'))).rejects.toMatchObject({ code: 'RCFED_REGISTRATION_BROKEN' });
  });
});

describe('another application service on the same homeserver', () => {
  const other = (regex: string, more = ''): string =>
    `id: irc\nas_token: x\nsender_localpart: ircbot\n${more}namespaces:\n  users:\n    - exclusive: true\n      regex: '${regex}'\n`;

  it.each([
    ['@rc_.*:example\\.org'],
    ['^@rc_irc_.*:example\\.org$'],
    ['@.*:example\\.org'],
    ['@(telegram|rc)_.*:example\\.org'],
    ['@rcfed:example\\.org'],
    ['(?P<x>@.*)'],
  ])('that claims %s stands in our way', async (regex) => {
    const conflicts = await registrationConflicts(make(), other(regex));
    expect(conflicts).toEqual([{ with: 'irc', what: 'users', regex }]);
    expect(() => refuseConflicts(conflicts)).toThrow(expect.objectContaining({ code: 'RCFED_NAMESPACE_OVERLAP' }));
  });

  it.each([['@telegram_.*:example\\.org'], ['@rcx_.*:example\\.org'], ['@irc_.*:.*'], ['@rcfed2:example\\.org']])(
    'that claims %s does not',
    async (regex) => {
      expect(await registrationConflicts(make(), other(regex))).toEqual([]);
      refuseConflicts([]);
    },
  );

  it('that claims our names without exclusiveness does not', async () => {
    expect(await registrationConflicts(make(), other('@.*').replace('exclusive: true', 'exclusive: false'))).toEqual(
      [],
    );
  });

  it('with our id, our token or our bot does', async () => {
    const ours = make();
    const same = `id: rcfed\nas_token: ${ours.asToken.reveal()}\nsender_localpart: rcfed\nnamespaces: {}\n`;
    expect((await registrationConflicts(ours, same)).map(({ what }) => what)).toEqual(['id', 'token', 'bot']);
  });

  it('with odd namespaces is no reason to stop', async () => {
    for (const odd of [
      'namespaces:\n',
      'namespaces: 5\n',
      'namespaces: {users: 5}\n',
      'namespaces: {users: [null, {exclusive: true}]}\n',
    ]) {
      expect(await registrationConflicts(make(), `id: x\n${odd}`)).toEqual([]);
    }
  });
});
