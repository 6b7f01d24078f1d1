import { randomBytes } from 'node:crypto';
import type { Reach } from '../admin/reach.ts';
import { withDeadline } from '../core/deadline.ts';
import type { MatrixUserId, ServerName } from '../core/ids.ts';
import { isRecord } from '../core/record.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { Secret } from '../core/secret.ts';
import { readBody } from '../matrix/answer.ts';
import { createMatrixApi } from '../matrix/client.ts';
import type { MatrixApi, Registration } from '../matrix/types.ts';

/** What a homeserver says of itself before anything is changed. */
export interface HomeserverFacts {
  /** Its `Server` header, such as `Synapse/1.141.0`; undefined behind a proxy that hides it. */
  readonly software: string | undefined;
  /** The newest version of the specification that it speaks, `v1.17`. */
  readonly speaks: string | undefined;
  /** It accepts our as_token: it has read the registration. */
  readonly knows: boolean;
  /** Bytes; undefined: it has none, or nobody may ask yet. */
  readonly uploadLimit: number | undefined;
  /** Whether the upload limit could be asked for. */
  readonly uploadLimitKnown: boolean;
  readonly bot: NameState;
  /** A name of our prefix that nobody has. */
  readonly ghost: NameState;
  /** A name outside of our prefix that nobody has: reserved means that another service has taken everything. */
  readonly anybody: NameState;
  /** `m.homeserver` of https://NAME/.well-known/matrix/client, where there is one. */
  readonly wellKnown: string | undefined;
  /** `m.server` of https://NAME/.well-known/matrix/server, where there is one. */
  readonly wellKnownServer: string | undefined;
  /** Of rooms that nobody gives a version, `12`; undefined: nobody may ask yet. */
  readonly roomVersion: string | undefined;
}

/** `reserved`: by an application service. `unknown`: the homeserver does not say, for example with registration closed. */
export type NameState = 'free' | 'taken' | 'reserved' | 'unknown';

interface HomeserverPlace {
  readonly homeserverUrl: string;
  readonly serverName: ServerName;
}

/** A look at what need not be there must not hold anything up. */
const WELL_KNOWN_MS = 2000;

/** As the registration's bot, or as an administrator of the homeserver with that one's token. */
export function matrixApiFor(
  { homeserverUrl, serverName }: HomeserverPlace,
  { asToken, senderLocalpart }: Pick<Registration, 'asToken' | 'senderLocalpart'>,
  { clock, log, network, timeoutMs }: Reach,
): Promise<MatrixApi> {
  return createMatrixApi({
    baseUrl: homeserverUrl,
    asToken,
    userId: `@${senderLocalpart}:${serverName}` as MatrixUserId,
    serverName,
    clock,
    log,
    fetch: network.fetch,
    deadlineMs: timeoutMs,
  });
}

/**
 * Reads a homeserver.
 * @param adminToken of an administrator: with it the upload limit is known before the registration is loaded
 * @throws RemoteError where what answers is no homeserver
 */
export async function readHomeserver(
  place: HomeserverPlace,
  registration: Registration,
  reach: Reach,
  adminToken?: Secret,
): Promise<HomeserverFacts> {
  const api = await matrixApiFor(place, registration, reach);
  const knows = await isKnown(api);
  const { prefix, senderLocalpart } = registration;
  const odd = randomBytes(6).toString('hex');
  const [about, limit, bot, ghost, anybody, client, server, roomVersion] = await Promise.all([
    // Without a token: Synapse refuses to answer one that it does not know.
    plainJson(reach, `${place.homeserverUrl}/_matrix/client/versions`),
    uploadLimit(place, api, knows, adminToken, reach),
    nameState(place, senderLocalpart, reach, adminToken),
    nameState(place, `${prefix}${odd}`, reach, adminToken),
    nameState(place, `x${odd}`, reach, adminToken),
    wellKnown(place.serverName, 'client', reach),
    wellKnown(place.serverName, 'server', reach),
    standardRoomVersion(place, api, knows, adminToken, reach),
  ]);
  return {
    software: about?.server,
    speaks: newest(about?.body['versions']),
    knows,
    uploadLimit: limit?.bytes,
    uploadLimitKnown: limit !== undefined,
    bot,
    ghost,
    anybody,
    wellKnown: baseUrl(client),
    wellKnownServer: textIn(server?.['m.server']),
    roomVersion,
  };
}

/** A homeserver that does not know the token answers 401: then it is one, and it is there. */
export async function isKnown(api: Pick<MatrixApi, 'whoami'>): Promise<boolean> {
  try {
    await api.whoami();
    return true;
  } catch (error) {
    if (error instanceof RemoteError && error.failure === 'refused' && (error.status === 401 || error.status === 403))
      return false;
    throw error;
  }
}

/** undefined: nobody may ask. */
async function uploadLimit(
  place: HomeserverPlace,
  api: MatrixApi,
  knows: boolean,
  adminToken: Secret | undefined,
  reach: Reach,
): Promise<{ readonly bytes: number | undefined } | undefined> {
  if (knows) return { bytes: await api.uploadLimit() };
  if (adminToken === undefined) return undefined;
  const answer = await plainJson(reach, `${place.homeserverUrl}/_matrix/client/v1/media/config`, {
    authorization: `Bearer ${adminToken.reveal()}`,
  });
  if (answer?.status !== 200) return undefined;
  const size = answer.body['m.upload.size'];
  return { bytes: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined };
}

/**
 * https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3registeravailable needs no account, but most
 * homeservers with registration closed do not answer it; Synapse still tells an administrator.
 */
async function nameState(
  { homeserverUrl }: HomeserverPlace,
  localpart: string,
  reach: Reach,
  adminToken: Secret | undefined,
): Promise<NameState> {
  const query = `?username=${encodeURIComponent(localpart)}`;
  const open = stateIn(await plainJson(reach, `${homeserverUrl}/_matrix/client/v3/register/available${query}`));
  if (open !== 'unknown' || adminToken === undefined) return open;
  const headers = { authorization: `Bearer ${adminToken.reveal()}` };
  return stateIn(await plainJson(reach, `${homeserverUrl}/_synapse/admin/v1/username_available${query}`, headers));
}

function stateIn(answer: PlainAnswer | undefined): NameState {
  if (answer?.status === 200 && answer.body['available'] === true) return 'free';
  if (answer?.body['errcode'] === 'M_EXCLUSIVE') return 'reserved';
  return answer?.body['errcode'] === 'M_USER_IN_USE' ? 'taken' : 'unknown';
}

function newest(versions: unknown): string | undefined {
  const last: unknown = Array.isArray(versions) ? versions.at(-1) : undefined;
  return typeof last === 'string' ? last : undefined;
}

/**
 * Where clients and servers are sent who know the server name alone. Only told of: `federation diagnose` follows
 * redirects, asks every address and says what is wrong there.
 */
async function wellKnown(
  serverName: ServerName,
  of: 'client' | 'server',
  reach: Reach,
): Promise<PlainAnswer['body'] | undefined> {
  const url = `https://${serverName.replace(/:\d+$/, '')}/.well-known/matrix/${of}`;
  const answer = await plainJson(reach, url, {}, WELL_KNOWN_MS);
  return answer?.status === 200 ? answer.body : undefined;
}

function baseUrl(document: PlainAnswer['body'] | undefined): string | undefined {
  const homeserver = document?.['m.homeserver'];
  return isRecord(homeserver) ? textIn(homeserver['base_url']) : undefined;
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3capabilities needs an account. */
async function standardRoomVersion(
  { homeserverUrl }: HomeserverPlace,
  api: MatrixApi,
  knows: boolean,
  adminToken: Secret | undefined,
  reach: Reach,
): Promise<string | undefined> {
  if (knows) return (await api.roomVersions()).standard;
  if (adminToken === undefined) return undefined;
  const headers = { authorization: `Bearer ${adminToken.reveal()}` };
  const answer = await plainJson(reach, `${homeserverUrl}/_matrix/client/v3/capabilities`, headers);
  const capabilities = answer?.body['capabilities'];
  const versions = isRecord(capabilities) ? capabilities['m.room_versions'] : undefined;
  return isRecord(versions) ? textIn(versions['default']) : undefined;
}

interface PlainAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly server: string | undefined;
}

/** None of these answers has more than a few kilobytes. */
const MOST_BYTES = 1024 * 1024;

/** undefined: no answer, or none in JSON of that size. Redirects are not followed: they may lead anywhere. */
async function plainJson(
  { clock, network, signal, timeoutMs }: Reach,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  ms: number = timeoutMs,
): Promise<PlainAnswer | undefined> {
  try {
    return await withDeadline({ clock, ms, signal }, async (inTime) => {
      const answer = await network.fetch(url, { headers, redirect: 'manual', signal: inTime });
      const body: unknown = JSON.parse(new TextDecoder().decode(await readBody(answer, MOST_BYTES)));
      const server = answer.headers.get('server') ?? undefined;
      return isRecord(body) ? { status: answer.status, body, server } : undefined;
    });
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
