import { resolve } from 'node:path';
import { RcfedError } from '../core/errors.ts';

export type ProfileKind = 'admin' | 'user';

/**
 * One thing a profile holds. The one list from which flags, environment variables, questions, the
 * file's content and `profile show` are made: `workspace-url` is the flag `--workspace-url`, the
 * variable RCFED_WORKSPACE_URL and the key in the file.
 */
export interface ProfileField {
  readonly name: string;
  readonly kinds: readonly ProfileKind[];
  /** For help and questions; no full stop. */
  readonly summary: string;
  readonly helpValue?: string;
  readonly secret?: true;
  /** Kinds of profile that are useless without it. */
  readonly requiredFor?: readonly ProfileKind[];
  readonly choices?: readonly string[];
  /** Said in `profile show` where nothing is set. */
  readonly default?: string;
  /** Set by the global flag of the same name, which itself goes before the profile's value. */
  readonly globalFlag?: true;
  /** The value as it is kept. @throws RcfedError RCFED_USAGE, without repeating the value. */
  readonly parse?: (text: string, name: string) => string;
}

const bad = (name: string, needs: string): RcfedError => new RcfedError('RCFED_USAGE', `--${name} needs ${needs}`);

/** Without a trailing slash, so that paths can be appended. */
const httpUrl = (text: string, name: string): string => {
  if (!URL.canParse(text)) throw bad(name, 'a URL such as https://chat.example.org');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw bad(name, 'a URL that begins with https:// or http://');
  if (url.username !== '' || url.password !== '') throw bad(name, 'a URL without a user name and password in it');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
};

/** https://spec.matrix.org/v1.16/appendices/#server-name */
const serverName = (text: string, name: string): string => {
  const lowered = text.toLowerCase();
  if (!/^([a-z0-9.-]{1,255}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/.test(lowered))
    throw bad(name, 'a server name such as example.org, without https:// and without a path');
  return lowered;
};

const address = (text: string, name: string): string => {
  if (text.startsWith('/') || /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):\d{1,5}$/i.test(text)) return text;
  if (/^https?:/.test(text)) return httpUrl(text, name);
  throw bad(name, 'HOST:PORT, a URL or the absolute path of a socket');
};

const listenAddress = (text: string, name: string): string => {
  if (/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):\d{1,5}$/i.test(text)) return text;
  throw bad(name, 'HOST:PORT such as 127.0.0.1:29400');
};

/** The grammar of a Matrix localpart; an empty prefix is allowed (see docs for what it costs). */
const prefix = (text: string, name: string): string => {
  if (!/^[a-z0-9._=/+-]{0,64}$/.test(text)) throw bad(name, 'lower-case letters, digits and ._=/+- only');
  return text;
};

const duration = (text: string, name: string): string => {
  if (!/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text)) throw bad(name, 'a duration such as 12h or 7d');
  return text;
};

/** A profile is used from any folder. */
const filePath = (text: string): string => resolve(text);

/** Else a bridge that is started from another folder would begin with an empty store there. */
const storeFile = (text: string): string => {
  if (text.startsWith('sqlite:')) return `sqlite:${storeFile(text.slice('sqlite:'.length))}`;
  return text.startsWith('file:') ? text : resolve(text);
};

/** A password in a flag can be read by every user of the machine; in the variable it is taken out below. */
const storeUrl = (text: string, name: string): string => {
  if (!/^postgres(ql)?:/.test(text)) return storeFile(text);
  if (!URL.canParse(text)) throw bad(name, 'a path or a URL such as postgres://user@host/database');
  if (new URL(text).password !== '')
    throw bad(name, 'a URL without a password; pass that with --store-password-file or RCFED_STORE_PASSWORD');
  return text;
};

const count = (text: string, name: string): string => {
  if (!/^\d{1,6}$/.test(text)) throw bad(name, 'a number of people such as 200');
  return text;
};

const both = ['admin', 'user'] as const;
const admin = ['admin'] as const;

export const profileFields: readonly ProfileField[] = [
  {
    name: 'workspace-url',
    kinds: both,
    summary: 'address of the Rocket.Chat workspace',
    helpValue: 'URL',
    requiredFor: both,
    parse: httpUrl,
  },
  { name: 'workspace-user-id', kinds: both, summary: 'user id that belongs to the workspace token', helpValue: 'ID' },
  {
    name: 'workspace-username',
    kinds: both,
    summary: 'user name on the workspace, to log in by password',
    helpValue: 'NAME',
  },
  { name: 'workspace-token', kinds: both, summary: 'personal access token on the workspace', secret: true },
  { name: 'workspace-password', kinds: both, summary: 'password on the workspace', secret: true },
  {
    name: 'homeserver-url',
    kinds: admin,
    summary: 'address of the Matrix homeserver',
    helpValue: 'URL',
    requiredFor: admin,
    parse: httpUrl,
  },
  {
    name: 'server-name',
    kinds: admin,
    summary: 'Matrix domain of that homeserver',
    helpValue: 'NAME',
    requiredFor: admin,
    parse: serverName,
  },
  { name: 'homeserver-admin-token', kinds: admin, summary: 'access token of a homeserver administrator', secret: true },
  {
    name: 'registration',
    kinds: admin,
    summary: 'application service registration file',
    helpValue: 'FILE',
    parse: filePath,
  },
  { name: 'as-token', kinds: admin, summary: 'as_token, if not from the registration file', secret: true },
  { name: 'hs-token', kinds: admin, summary: 'hs_token, if not from the registration file', secret: true },
  {
    name: 'prefix',
    kinds: admin,
    summary: 'prefix of external Matrix accounts',
    helpValue: 'TEXT',
    default: 'rc_',
    parse: prefix,
  },
  {
    name: 'identity',
    kinds: admin,
    summary: 'how external people appear on the workspace',
    choices: ['puppets', 'alias'],
    default: 'puppets',
  },
  {
    name: 'store',
    kinds: admin,
    summary: 'database of the bridge: a path or a postgres:// URL',
    helpValue: 'URL',
    default: 'store.db in the data folder',
    parse: storeUrl,
  },
  { name: 'store-password', kinds: admin, summary: 'password of the PostgreSQL user', secret: true },
  {
    name: 'listen',
    kinds: admin,
    summary: 'where the homeserver reaches the bridge',
    helpValue: 'HOST:PORT',
    default: '127.0.0.1:29400',
    parse: listenAddress,
  },
  {
    name: 'direct-webhook',
    kinds: admin,
    summary: 'where the workspace reaches the bridge, to tell of direct messages at once',
    helpValue: 'URL',
    parse: httpUrl,
  },
  {
    name: 'webhook-token',
    kinds: admin,
    summary: 'token with which the workspace tells of direct messages',
    secret: true,
  },
  {
    name: 'admin',
    kinds: both,
    summary: 'admin API of the bridge',
    helpValue: 'ADDRESS',
    requiredFor: ['user'],
    default: 'admin.sock in the data folder',
    parse: address,
  },
  { name: 'admin-token', kinds: admin, summary: 'token of the admin API, where it is not a socket', secret: true },
  {
    name: 'keep-bodies',
    kinds: admin,
    summary: 'how long texts of relayed messages are kept',
    helpValue: 'DURATION',
    default: '7d',
    parse: duration,
  },
  {
    name: 'max-members',
    kinds: admin,
    summary: 'in rooms with more people, those of the workspace join on Matrix when they speak',
    helpValue: 'NUMBER',
    default: '200',
    parse: count,
  },
  {
    name: 'puppet-seats',
    kinds: admin,
    summary: 'most external people with an account on the workspace; the bridge speaks for all others',
    helpValue: 'NUMBER',
    default: "a tenth of the licence's free seats, no limit without a licence",
    parse: count,
  },
  {
    name: 'room-ends',
    kinds: admin,
    summary: 'what becomes of a room whose other side was deleted',
    choices: ['close', 'keep', 'delete'],
    default: 'close',
  },
  {
    name: 'puppet-idle',
    kinds: admin,
    summary: 'how long accounts of people who left every bridged room stay active',
    helpValue: 'DURATION',
    default: '30d',
    parse: duration,
  },
  {
    name: 'presence',
    kinds: admin,
    summary: 'whether it is carried over who is online, away and busy',
    choices: ['true', 'false'],
    default: 'false',
  },
  { name: 'ca-file', kinds: both, summary: 'further trusted certificates', globalFlag: true },
  {
    name: 'timeout',
    kinds: both,
    summary: 'longest wait for one answer of a server',
    default: '30s',
    globalFlag: true,
  },
];

/**
 * The value of a field as it is kept.
 * @throws RcfedError RCFED_USAGE, without repeating the value.
 */
export const parseField = (field: ProfileField, text: string): string => {
  if (field.choices !== undefined && !field.choices.includes(text)) throw bad(field.name, field.choices.join(' or '));
  return field.parse?.(text, field.name) ?? text;
};

/** RCFED_WORKSPACE_URL for `workspace-url`. */
export const variableOf = (name: string): string => `RCFED_${name.replaceAll('-', '_').toUpperCase()}`;

/** The values that environment variables give; an empty variable is as none. */
export const valuesFromEnvironment = (
  env: Readonly<Record<string, string | undefined>>,
  kind: ProfileKind,
): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const field of profileFields) {
    const text = env[variableOf(field.name)];
    if (!text || field.globalFlag === true || !field.kinds.includes(kind)) continue;
    if (field.name === 'store') Object.assign(values, splitStore(text));
    else values[field.name] = parseField(field, text);
  }
  return values;
};

/** In the environment a store's URL may hold its password, as hosting platforms set it. */
const splitStore = (text: string): Record<string, string> => {
  if (!/^postgres(ql)?:/.test(text) || !URL.canParse(text)) return { store: text };
  const url = new URL(text);
  const password = decodeURIComponent(url.password);
  url.password = '';
  return password === '' ? { store: text } : { store: url.href, 'store-password': password };
};
