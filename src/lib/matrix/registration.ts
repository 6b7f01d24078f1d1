import { randomBytes } from 'node:crypto';
import { RcfedError } from '../core/errors.ts';
import type { ServerName } from '../core/ids.ts';
import { Secret } from '../core/secret.ts';
import { namespacesOf, readNamespaces } from './namespaces.ts';
import { parseServerName } from './server-name.ts';
import type { Registration } from './types.ts';

interface NewRegistration {
  /** Names the bridge among the homeserver's application services; default `rcfed`. */
  readonly id?: string;
  readonly url: string | null;
  /** Localpart of the bot; default `rcfed`. */
  readonly senderLocalpart?: string;
  /** Default `rc_`. `''` takes every name of the homeserver: only where no Matrix account will ever be added. */
  readonly prefix?: string;
  readonly serverName: ServerName;
  /**
   * What of typing, receipts and presence people are to see; default `typing`. A registration can only say
   * none or everything: with `typing` the homeserver pushes all of it, and the bridge leaves out the rest.
   */
  readonly ephemeral?: 'none' | 'typing' | 'all';
}

/** What a localpart may hold that is not encoded. */
const LOCALPART = /^[a-z0-9._=/+-]*$/;
const TOKEN_BYTES = 32;
const UNSTABLE_EPHEMERAL = 'de.sorunome.msc2409.push_ephemeral';

const broken = (message: string, cause?: unknown): RcfedError =>
  new RcfedError('RCFED_REGISTRATION_BROKEN', message, { cause });

/** A registration with new random tokens. Throws `RCFED_REGISTRATION_BROKEN` for a prefix or name that no localpart may have. */
export function makeRegistration(wanted: NewRegistration): Registration {
  const prefix = wanted.prefix ?? 'rc_';
  const senderLocalpart = wanted.senderLocalpart ?? 'rcfed';
  const token = (): Secret => new Secret(randomBytes(TOKEN_BYTES).toString('hex'));
  return checked({
    id: wanted.id ?? 'rcfed',
    url: wanted.url,
    asToken: token(),
    hsToken: token(),
    senderLocalpart,
    prefix,
    serverName: wanted.serverName,
    ...(wanted.ephemeral === 'none' ? { receiveEphemeral: false } : {}),
  });
}

/**
 * The file for the homeserver. It holds both tokens: write it with mode 0600. Both spellings of the
 * ephemeral flag are there because Synapse before 1.156 knows only the unstable one.
 */
export async function renderRegistration(registration: Registration): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify({
    id: registration.id,
    url: registration.url,
    as_token: registration.asToken.reveal(),
    hs_token: registration.hsToken.reveal(),
    sender_localpart: registration.senderLocalpart,
    rate_limited: false,
    receive_ephemeral: registration.receiveEphemeral ?? true,
    [UNSTABLE_EPHEMERAL]: registration.receiveEphemeral ?? true,
    namespaces: namespacesOf(registration.prefix, registration.serverName),
  });
}

/** The lines of homeserver.yaml that make Synapse read the file, at its next start. */
export function homeserverYamlLines(registrationPath: string): string {
  return `app_service_config_files:\n  - ${JSON.stringify(registrationPath)}\n`;
}

/**
 * Reads a registration that {@link renderRegistration} wrote. Throws `RCFED_REGISTRATION_BROKEN`, naming
 * the key that is wrong, never a token.
 */
export async function parseRegistration(text: string): Promise<Registration> {
  const file = await parseYamlObject(text);
  const { prefix, serverName } = readNamespaces(file['namespaces']) ?? {};
  if (prefix === undefined || serverName === undefined) {
    throw broken('The registration claims other namespaces than rcfed uses (namespaces.users).');
  }
  const url = file['url'];
  if (url !== null && typeof url !== 'string') throw broken('The registration has no url.');
  return checked({
    id: requiredText(file, 'id'),
    url,
    asToken: new Secret(requiredText(file, 'as_token')),
    hsToken: new Secret(requiredText(file, 'hs_token')),
    senderLocalpart: requiredText(file, 'sender_localpart'),
    prefix,
    serverName,
    ...(file['receive_ephemeral'] === true || file[UNSTABLE_EPHEMERAL] === true ? {} : { receiveEphemeral: false }),
  });
}

/** The YAML object in a registration file. Throws `RCFED_REGISTRATION_BROKEN`. */
export async function parseYamlObject(text: string): Promise<Readonly<Record<string, unknown>>> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  // The message of the parser quotes the file, and with it a token.
  if (error !== undefined) throw broken(`The registration is no YAML (line ${error.linePos?.[0].line ?? 1}).`);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 10 });
  } catch (cause) {
    throw broken('The registration is no readable YAML.', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw broken('The registration is no YAML mapping.');
  return value as Record<string, unknown>;
}

function requiredText(file: Readonly<Record<string, unknown>>, key: string): string {
  const value = file[key];
  if (typeof value === 'string' && value !== '') return value;
  throw broken(`The registration has no ${key}.`);
}

function checked(registration: Registration): Registration {
  const { url, prefix, senderLocalpart, serverName, asToken, hsToken } = registration;
  if (!LOCALPART.test(prefix) || prefix.length > 64)
    throw broken(`The prefix ${JSON.stringify(prefix)} can't begin a Matrix user id.`);
  if (!LOCALPART.test(senderLocalpart) || senderLocalpart === '') {
    throw broken(`${JSON.stringify(senderLocalpart)} can't be the localpart of the bot.`);
  }
  if (parseServerName(serverName) === undefined) throw broken(`${JSON.stringify(serverName)} is no server name.`);
  if (url !== null && !['http:', 'https:'].includes(URL.parse(url)?.protocol ?? '')) {
    throw broken(`The url of the registration, ${JSON.stringify(url)}, is no http URL.`);
  }
  if (asToken.reveal() === hsToken.reveal()) throw broken('as_token and hs_token of the registration are the same.');
  return Object.freeze(registration);
}
