import type { BridgeService } from '../bridge/service/views.ts';
import type { Clock } from '../core/clock.ts';
import { DeadlinePassed, withDeadline } from '../core/deadline.ts';
import { RcfedError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { WorkspaceCredentials } from '../rocketchat/types.ts';
import { shownAddress } from './address.ts';
import { type TransportOptions, transportTo } from './transport.ts';
import { readAnswer, thrownError } from './wire.ts';

export interface AdminClientOptions extends TransportOptions {
  /** The bridge's admin token, or a person's Rocket.Chat account; neither for a socket. */
  readonly as: { readonly adminToken: Secret } | { readonly person: WorkspaceCredentials } | undefined;
  /** Longest wait for one answer. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

export interface AdminClient extends BridgeService {
  /** False: nobody listens at the address. Throws as all the others where something else is wrong. */
  answers(): Promise<boolean>;
}

/** A bridge that lives answers this at once. */
const PING_MS = 10_000;
const NOBODY = ['ENOENT', 'ECONNREFUSED', 'ENOTDIR'];

/**
 * A running bridge's service, reached through its admin API. Its RcfedErrors arrive as they were thrown.
 * @throws RcfedError of the bridge, and RCFED_BRIDGE_UNREACHABLE, RCFED_ADMIN_FOREIGN, RCFED_TIMEOUT
 */
export function createAdminClient(options: AdminClientOptions): AdminClient {
  const call = async <Data>(operation: string, body: object = {}): Promise<Data> => {
    try {
      return (await asked(options, operation, body, options.deadlineMs)) as Data;
    } catch (error) {
      throw explained(options, error);
    }
  };
  return {
    async answers() {
      try {
        await asked(options, 'ping', {}, Math.min(PING_MS, options.deadlineMs));
        return true;
      } catch (error) {
        if (NOBODY.includes(codeOf(error))) return false;
        throw explained(options, error);
      }
    },
    create: (request) => call('create', request),
    join: (request) => call('join', request),
    invitations: () => call('invitations'),
    acceptInvitation: (request) => call('accept-invitation', request),
    rejectInvitation: (request) => call('reject-invitation', request),
    leave: (request) => call('leave', request),
    show: (request) => call('show', request),
    delete: (request) => call('delete', request),
    link: (request) => call('link', request),
    rehearse: (request) => call('rehearse', request),
    unlink: (request) => call('unlink', request),
    rooms: () => call('rooms'),
    search: (request) => call('search', request),
    accessRules: () => call('access-rules'),
    changeAccess: (request) => call('change-access', request),
    checkAccess: (request) => call('check-access', request),
    federationRoles: () => call('federation-roles'),
    setFederationRoles: (request) => call('set-federation-roles', request),
    invite: (request) => call('invite', request),
    verify: (request) => call('verify', request),
    members: (request) => call('members', request),
    changeMembers: (request) => call('change-members', request),
    returnMember: (request) => call('return-member', request),
    inviteLink: (request) => call('invite-link', request),
    openDirect: (request) => call('open-direct', request),
    changeRoom: (request) => call('change-room', request),
    stats: (request) => call('stats', request),
    status: () => call('status'),
    health: () => call('health'),
    hearing: () => call('hearing'),
    personalData: (request) => call('personal-data', request),
    personalMessages: (request) => call('personal-messages', request),
    eraseMessages: (request) => call('erase-messages', request),
    eraseAccount: (request) => call('erase-account', request),
    trace: (request) => call('trace', request),
    asideRows: () => call('aside-rows'),
    showAside: (request) => call('show-aside', request),
    retryAside: (request) => call('retry-aside', request),
    dropAside: (request) => call('drop-aside', request),
  };
}

async function asked(options: AdminClientOptions, operation: string, body: object, ms: number): Promise<unknown> {
  const { clock, signal } = options;
  const send = transportTo(options);
  const text = await withDeadline({ clock, ms, signal }, (ending) =>
    send(`/v1/${operation}`, headersOf(options.as), JSON.stringify(body), ending),
  );
  const answer = readAnswer(text);
  if (answer === undefined) {
    throw new RcfedError(
      'RCFED_ADMIN_FOREIGN',
      `Something else than a bridge answers at ${shownAddress(options.address)}`,
      {
        why: /^\s*</.test(text) ? 'It answers with a web page.' : 'Its answer is not that of an admin API.',
      },
    );
  }
  if (!answer.ok) throw thrownError(answer.error);
  return answer.data;
}

function headersOf(as: AdminClientOptions['as']): Record<string, string> {
  const json = { 'content-type': 'application/json' };
  if (as === undefined) return json;
  if ('adminToken' in as) return { ...json, authorization: `Bearer ${as.adminToken.reveal()}` };
  return { ...json, 'x-user-id': as.person.userId, 'x-auth-token': as.person.token.reveal() };
}

function explained({ address, signal }: AdminClientOptions, error: unknown): unknown {
  if (error instanceof RcfedError || signal?.aborted === true) return error;
  const where = shownAddress(address);
  if (error instanceof DeadlinePassed)
    return new RcfedError('RCFED_TIMEOUT', `The bridge at ${where} does not answer in time`, { cause: error });
  const code = codeOf(error);
  const why =
    code === 'EACCES'
      ? 'Your user may not use that socket: it belongs to the user that runs the bridge.'
      : `The connection failed (${code || 'cut'}).`;
  return new RcfedError('RCFED_BRIDGE_UNREACHABLE', `No bridge answers at ${where}`, { why, cause: error });
}

/** fetch hides the system's error in a cause, and there in the list of all addresses that were tried. */
function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth += 1) {
    if ('code' in at && typeof at.code === 'string' && at.code !== '') return at.code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return '';
}
