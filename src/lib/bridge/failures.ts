import { RemoteError, type Side } from '../core/remote-error.ts';
import { LeaseLostError } from '../store/settlement-types.ts';

/**
 * What a failure is about decides what follows from it.
 * - side: the whole server (or our own account there) does not work: its lanes wait, nothing is set aside.
 * - person: one puppet or ghost may not or can not: log in or join again, then the bot speaks for it.
 * - event: this change will never be taken: set aside at once.
 * - strike: unclear; counted, set aside after {@link STRIKES} while the server is seen to work.
 * - store: our own database refused: nothing is counted, nothing set aside, the lane waits.
 * - lost: another process owns the lane now.
 */
export type Verdict =
  | {
      readonly about: 'side';
      readonly side: Side;
      readonly reason: string;
      readonly retryAfterMs: number | undefined;
      readonly counts: boolean;
    }
  | { readonly about: 'person'; readonly side: Side; readonly reason: string }
  | { readonly about: 'event'; readonly reason: string; readonly detail: string }
  | { readonly about: 'strike'; readonly reason: string; readonly detail: string }
  | { readonly about: 'store'; readonly reason: string }
  | { readonly about: 'lost' };

/** After so many failures of one event, each followed by a successful probe of that server, it is set aside. */
export const STRIKES = 5;
/** The same for cut connections and time-outs: these come in rows when a network is bad. */
export const NETWORK_STRIKES = 20;

/** A limiter asks for seconds, at most minutes. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

/** Codes by which a workspace says: never this message. Source: rocketchat-api notes, section 1.3 and 3.5. */
const FINAL_WORKSPACE = new Set([
  'error-message-size-exceeded',
  'error-invalid-message',
  'error-action-not-allowed',
  'error-message-editing-blocked',
  'error-message-deleting-blocked',
  'error-invalid-params',
  'invalid-params',
  'error-app-prevented',
  'error-app-prevented-sending',
  'error-app-prevented-updating',
  'error-app-prevented-deleting',
  'error-message-same-as-previous',
]);
/** Account limits of a workspace that one more person meets; the bot can still speak for them. */
const SEATS = new Set(['error-license-user-limit-reached', 'error-license-limit-reached']);
/** The workspace as a whole refuses messages until an admin acts. */
const WORKSPACE_WIDE = new Set(['restricted-workspace', 'error-too-many-requests', 'too-many-requests']);
const NOT_ALLOWED_WORKSPACE = new Set([
  'error-not-allowed',
  'error-not-in-room',
  'error-forbidden',
  'error-unauthorized',
  'unauthorized',
  'not-allowed',
  'error-user-is-muted',
  'error-room-not-found',
  'error-invalid-user',
  'error-user-not-in-room',
  'totp-required',
]);

/** Said without a code: who may write on Matrix need not be a moderator here yet, and the bot may speak for them. */
const READ_ONLY = 'the room is readonly';

/** Codes by which a homeserver says: never this event. https://spec.matrix.org/v1.17/client-server-api/#standard-error-response */
const FINAL_HOMESERVER = new Set(['M_TOO_LARGE', 'M_BAD_JSON', 'M_NOT_JSON', 'M_INVALID_PARAM', 'M_UNKNOWN_POS']);

interface Circumstances {
  /** The request was made as a puppet or ghost, not as the bot. */
  readonly asPerson: boolean;
}

export function classify(error: unknown, { asPerson }: Circumstances): Verdict {
  if (error instanceof LeaseLostError) return { about: 'lost' };
  if (!(error instanceof RemoteError)) return classifyOwn(error);
  const reason = error.inShort;
  const wait = (counts: boolean): Verdict => ({
    about: 'side',
    side: error.side,
    reason,
    retryAfterMs: error.patienceMs,
    counts,
  });
  if (error.failure === 'network' || error.failure === 'timeout') return wait(true);
  if (error.status === 413) return { about: 'event', reason, detail: error.message };
  // So many uploads of one user were begun and never ended (Synapse: 5): what it says to wait is until they expire.
  if (error.request.endsWith('/media/v1/create') && (error.retryAfterMs ?? 0) > LONGEST_WAIT_MS)
    return { about: 'strike', reason, detail: error.message };
  if (error.status === 429 || reason === 'M_LIMIT_EXCEEDED' || WORKSPACE_WIDE.has(reason)) return wait(false);
  // A 504 that is about one file: whoever made its id has not sent it, and the homeserver works.
  if (reason === 'M_NOT_YET_UPLOADED') return { about: 'strike', reason, detail: error.message };
  if (error.failure === 'not-json' || (error.status ?? 0) >= 500) return wait(true);
  return error.side === 'workspace'
    ? classifyWorkspace(error, reason, asPerson, wait)
    : classifyHomeserver(error, reason, asPerson, wait);
}

type Wait = (counts: boolean) => Verdict;

function classifyWorkspace(error: RemoteError, reason: string, asPerson: boolean, wait: Wait): Verdict {
  if (SEATS.has(reason)) return { about: 'person', side: 'workspace', reason };
  if (error.status === 401) return asPerson ? { about: 'person', side: 'workspace', reason } : wait(false);
  if (FINAL_WORKSPACE.has(reason)) return { about: 'event', reason, detail: error.message };
  if (asPerson && (error.status === 403 || NOT_ALLOWED_WORKSPACE.has(reason) || error.message.includes(READ_ONLY))) {
    return { about: 'person', side: 'workspace', reason };
  }
  return { about: 'strike', reason, detail: error.message };
}

function classifyHomeserver(error: RemoteError, reason: string, asPerson: boolean, wait: Wait): Verdict {
  // The as_token speaks for every ghost: refused once, it is refused for all.
  if (error.status === 401 || reason === 'M_UNKNOWN_TOKEN' || reason === 'M_MISSING_TOKEN') return wait(false);
  if (FINAL_HOMESERVER.has(reason)) return { about: 'event', reason, detail: error.message };
  // Synapse 1.160 still has the unstable name. The bot's own device is made again by the side's probe.
  const isDevice = reason.endsWith('M_UNKNOWN_DEVICE');
  if (isDevice && !asPerson) return wait(true);
  if (asPerson && (error.status === 403 || isDevice || reason === 'M_USER_DEACTIVATED')) {
    return { about: 'person', side: 'homeserver', reason };
  }
  return { about: 'strike', reason, detail: error.message };
}

/** Text that could not be translated is the event's fault; everything else of our own is the store's until counted. */
function classifyOwn(error: unknown): Verdict {
  const detail = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  // The store works and refuses what this row brought: a data exception, a limit, or a conflict with another row.
  if (/^(22|54)/.test(code ?? '') || code === 'RCFED_STORE_CONFLICT') {
    return { about: 'strike', reason: 'internal', detail };
  }
  if (
    code !== undefined &&
    (code.startsWith('RCFED_STORE') || code.startsWith('ERR_SQLITE') || /^[0-9A-Z]{5}$/.test(code))
  ) {
    return { about: 'store', reason: `${code}: ${detail}` };
  }
  return { about: 'strike', reason: 'internal', detail };
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
