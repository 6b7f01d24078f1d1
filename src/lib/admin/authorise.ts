import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { RcfedError } from '../core/errors.ts';
import type { WorkspaceUserId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import { sameAs } from '../core/same-secret.ts';
import { Secret } from '../core/secret.ts';
import type { WorkspaceApi, WorkspaceUser } from '../rocketchat/types.ts';

/** Somebody of the workspace without its role admin. */
export interface PersonCaller {
  readonly rights: 'person';
  readonly user: WorkspaceUser;
  /** Acts as them. */
  readonly workspace: WorkspaceApi;
}

/** Who asks the admin API. */
export type Caller = { readonly rights: 'admin' } | PersonCaller;

/** Throws RcfedError: RCFED_NOT_ALLOWED, or RCFED_NETWORK where the workspace can't be asked. */
export type Authorise = (headers: IncomingHttpHeaders) => Promise<Caller>;

/** Whoever can open the socket owns the bridge's files as well. */
export const socketCaller: Authorise = () => Promise.resolve({ rights: 'admin' });

interface TcpAuthoriserOptions {
  readonly token: Secret;
  /** Any account's: people's tokens are tried on it. */
  readonly workspace: WorkspaceApi;
  readonly clock: Clock;
}

/** A role that was taken away, or a token that was revoked, counts no longer than this. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_PEOPLE = 1000;

/**
 * Over TCP: the bridge's own admin token as a bearer, or a person's Rocket.Chat token in the headers
 * that Rocket.Chat itself uses, checked by asking the workspace who that is.
 */
export function tcpAuthoriser(options: TcpAuthoriserOptions): Authorise {
  const isOurs = sameAs(options.token);
  const people = rememberedPeople(options);
  return async (headers) => {
    const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      if (isOurs(bearer)) return { rights: 'admin' };
      throw refused(
        'The admin token is not that of this bridge',
        'Set the token that the bridge runs with: RCFED_ADMIN_TOKEN',
      );
    }
    const userId = headers['x-user-id'];
    const token = headers['x-auth-token'];
    if (typeof userId === 'string' && typeof token === 'string' && userId !== '' && token !== '')
      return people(userId, token);
    throw refused('The request to the bridge names nobody', 'Set the admin token of the bridge: RCFED_ADMIN_TOKEN');
  };
}

const refused = (message: string, cure: string): RcfedError =>
  new RcfedError('RCFED_NOT_ALLOWED', message, { try: [cure] });

/** Tokens of people are remembered by it, never themselves. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function rememberedPeople({
  workspace,
  clock,
}: TcpAuthoriserOptions): (userId: string, token: string) => Promise<Caller> {
  const remembered = new Map<string, { readonly until: number; readonly caller: Promise<Caller> }>();
  return (userId, token) => {
    const key = digest(`${userId}\0${token}`).toString('base64');
    const known = remembered.get(key);
    if (known !== undefined && known.until > clock.now()) return known.caller;
    remembered.delete(key);
    const [oldest] = remembered.keys();
    if (remembered.size >= REMEMBERED_PEOPLE && oldest !== undefined) remembered.delete(oldest);
    const caller = callerOf(workspace, userId as WorkspaceUserId, new Secret(token));
    remembered.set(key, { until: clock.now() + REMEMBERED_MS, caller });
    caller.catch((error: unknown) => {
      // A workspace that was down says nothing about the person.
      if (!(error instanceof RcfedError) || error.code !== 'RCFED_NOT_ALLOWED') remembered.delete(key);
    });
    return caller;
  };
}

async function callerOf(workspace: WorkspaceApi, userId: WorkspaceUserId, token: Secret): Promise<Caller> {
  const person = workspace.as({ userId, token });
  try {
    const me = await person.me();
    if (me.id === userId && me.active)
      return me.roles.includes('admin') ? { rights: 'admin' } : { rights: 'person', user: me, workspace: person };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (error.status !== 401 && error.status !== 403) {
      throw new RcfedError('RCFED_NETWORK', "The bridge can't ask the workspace who this is", {
        why: `${error.request} failed: ${error.code ?? error.failure}.`,
        try: ['Try again in a minute.', 'rcfed federation status'],
        cause: error,
      });
    }
  }
  throw refused(
    'The workspace does not know this user id and token',
    'Renew the token: rcfed profile add --replace --workspace-token-file FILE',
  );
}
