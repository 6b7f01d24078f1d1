import fc from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { admits } from '../../../src/lib/diagnose/facts/native-allow-list.ts';
import { nativeChanges } from '../../../src/lib/provision/native-changes.ts';
import type { WorkspaceFacts } from '../../../src/lib/provision/workspace-facts.ts';

const facts = (settings: Readonly<Record<string, unknown>> = {}): WorkspaceFacts => ({
  version: '8.8',
  siteUrl: '',
  settings: new Map(Object.entries(settings)),
  permissions: new Map([['access-federation', ['admin']]]),
  modules: ['federation'],
  federatedRooms: [],
  matrixAccounts: [],
});
const changes = (settings = {}, more: { allow?: readonly string[]; roles?: readonly string[] } = {}) =>
  nativeChanges(facts(settings), 'example.org' as ServerName, {
    allow: more.allow,
    roles: more.roles,
    replace: false,
  });
const listOf = (settings: Readonly<Record<string, unknown>>, allow: readonly string[]) =>
  changes(settings, { allow }).find(({ id }) => id === 'Federation_Service_Allow_List');

describe('what changes for a workspace that is to be a homeserver itself', () => {
  it('leaves what it is signed with, and switches federation on last', () => {
    expect(changes().map(({ id }) => id)).toEqual(['Federation_Service_Domain', 'Federation_Service_Enabled']);
  });

  it.each(['Example.org', 'example.org:8448', 'https://example.org', 'example.org/chat', ''])(
    'refuses %j as a domain',
    (name) => {
      const act = () =>
        nativeChanges(facts(), name as ServerName, { allow: undefined, roles: undefined, replace: false });
      expect(act).toThrow(expect.objectContaining({ code: 'RCFED_SERVER_NAME_INVALID' }));
    },
  );

  it('writes an allow list that admits a domain and what is below it, and no name that only ends like it', () => {
    fc.assert(
      fc.property(fc.domain(), fc.domain(), (allowed, other) => {
        const to = String(listOf({}, [allowed])?.to).split(',');
        expect(admits(to, allowed)).toBe(true);
        expect(admits(to, `matrix.${allowed}`)).toBe(true);
        expect(admits(to, `not${allowed}`)).toBe(false);
        expect(admits(to, other)).toBe(other === allowed || other.endsWith(`.${allowed}`));
      }),
    );
  });

  it.each([
    ['a first list', '', ['acme.com'], false],
    ['fewer servers', '*.acme.com,*.b.org', ['acme.com'], false],
    ['one more server', '*.acme.com', ['acme.com', 'b.org'], true],
    ['everybody', '*.acme.com', [], true],
  ])('takes %s for what it is', (_, from, allow, loosens) => {
    expect(listOf({ Federation_Service_Allow_List: from }, allow)).toMatchObject({ loosens });
  });

  it('says when more people may take part', () => {
    expect(changes({}, { roles: ['admin', 'user'] })).toContainEqual(
      expect.objectContaining({ id: 'access-federation', loosens: true }),
    );
    expect(changes({}, { roles: ['admin'] }).map(({ id }) => id)).not.toContain('access-federation');
  });
});
