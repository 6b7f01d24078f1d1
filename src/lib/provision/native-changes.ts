import { RcfedError } from '../core/errors.ts';
import type { ServerName } from '../core/ids.ts';
import { isBareHost } from '../rocketchat/native-domain.ts';
import type { WantedChange, WantedPermission, WantedSetting } from './wanted-change.ts';
import type { WorkspaceFacts } from './workspace-facts.ts';

const ENABLED = 'Federation_Service_Enabled';
const DOMAIN = 'Federation_Service_Domain';
const ALLOW_LIST = 'Federation_Service_Allow_List';
const PERMISSION = 'access-federation';

/** Settings that {@link nativeChanges} reads. Those of signing are left alone: losing the key is losing the identity. */
export const nativeSettings: readonly string[] = [ENABLED, DOMAIN, ALLOW_LIST];

export interface NativeOptions {
  /** Domains whose servers are let in; undefined: the list stays as it is. */
  readonly allow: readonly string[] | undefined;
  /** Roles that may take part; undefined: they stay. */
  readonly roles: readonly string[] | undefined;
  /** A domain that is set already may become another one. */
  readonly replace: boolean;
}

/**
 * What has to change in a workspace that is to be a homeserver itself; the switch comes last.
 * @throws RcfedError RCFED_SERVER_NAME_INVALID, RCFED_DOMAIN_SET
 */
export function nativeChanges(
  { settings, permissions }: WorkspaceFacts,
  serverName: ServerName,
  { allow, roles, replace }: NativeOptions,
): readonly WantedChange[] {
  refuseDomain(serverName, settings.get(DOMAIN), replace);
  const list = allow?.map(safeEntry).join(',');
  const wanted: readonly (WantedSetting | false)[] = [
    { ...setting(DOMAIN, settings, serverName), why: 'It stands in every id, for ever.' },
    list !== undefined && {
      ...setting(ALLOW_LIST, settings, list),
      why: allowListWhy(list),
      loosens: isWider(settings.get(ALLOW_LIST), list),
    },
    { ...setting(ENABLED, settings, true), why: 'It switches federation on.' },
  ];
  return [
    ...wanted
      .filter((each) => each !== false)
      .slice(0, -1)
      .filter(differs),
    ...permissionChange(permissions, roles),
    ...wanted
      .filter((each) => each !== false)
      .slice(-1)
      .filter(differs),
  ];
}

const setting = (id: string, settings: ReadonlyMap<string, unknown>, to: unknown): WantedSetting => ({
  kind: 'setting',
  id,
  from: settings.get(id) ?? '',
  to,
  why: '',
  loosens: false,
  secret: false,
});

const differs = ({ from, to }: WantedSetting): boolean => from !== to;

function refuseDomain(serverName: ServerName, current: unknown, replace: boolean): void {
  if (!isBareHost(serverName)) {
    throw new RcfedError('RCFED_SERVER_NAME_INVALID', `${serverName} is no bare host name`, {
      why: "Rocket.Chat's own federation takes no port, no path and no capital letters, and without saying so does not start.",
    });
  }
  if (typeof current !== 'string' || current === '' || current === serverName || replace) return;
  throw new RcfedError('RCFED_DOMAIN_SET', `The workspace is ${current} on Matrix already`, {
    why: 'The name stands in every id: rooms and people of the old name are lost to everybody.',
  });
}

/**
 * An entry as it is meant: Rocket.Chat compares one without `*.` with the end of a name, so `acme.com` also lets
 * `notacme.com` in; `*.acme.com` is acme.com and what is below it.
 */
const safeEntry = (domain: string): string => (domain.startsWith('*.') ? domain : `*.${domain}`);

const allowListWhy = (list: string): string =>
  list === ''
    ? 'An empty list lets every server in.'
    : 'Written with *. because without it acme.com would also let notacme.com in; *.acme.com is acme.com and what is below it.';

/** An empty list lets everybody in. */
function isWider(current: unknown, list: string): boolean {
  const now = typeof current === 'string' ? entriesOf(current) : [];
  const then = entriesOf(list);
  if (now.length === 0) return false;
  return then.length === 0 || then.some((entry) => !now.includes(entry));
}

const entriesOf = (list: string): readonly string[] =>
  list.split(',').flatMap((entry) => (entry.trim() === '' ? [] : [entry.trim()]));

function permissionChange(
  permissions: ReadonlyMap<string, readonly string[]> | undefined,
  roles: readonly string[] | undefined,
): readonly WantedPermission[] {
  const from = permissions?.get(PERMISSION);
  if (from === undefined || roles === undefined) return [];
  const isSame = from.length === roles.length && roles.every((role) => from.includes(role));
  if (isSame) return [];
  const loosens = roles.some((role) => !from.includes(role));
  return [
    { kind: 'permission', id: PERMISSION, from, to: roles, why: 'Who may take part in federated rooms.', loosens },
  ];
}
