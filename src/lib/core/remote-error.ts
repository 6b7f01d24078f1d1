/** The two servers a bridge talks to. */
export type Side = 'workspace' | 'homeserver';

export type RemoteFailure =
  /** No connection: DNS, TCP, TLS, socket cut before the answer was read. */
  | 'network'
  /** Our deadline passed; the request may or may not have acted. */
  | 'timeout'
  /** Something answered, but not with JSON: a proxy's page, an empty body. */
  | 'not-json'
  /** The server answered with an error of its own. */
  | 'refused';

interface RemoteErrorFields {
  side: Side;
  failure: RemoteFailure;
  /** `POST /api/v1/chat.update`: method and path, never the query string or a body. */
  request: string;
  status?: number;
  /** Matrix `errcode`, or Rocket.Chat `errorType`, or the code in brackets at the end of its `error`. */
  code?: string;
  /** What the server wrote about it, shortened to 500 characters. */
  answer?: string;
  /** How long the server asked us to wait, in milliseconds from now. */
  retryAfterMs?: number;
  /** Rocket.Chat's `details`, for example of a 2FA challenge. */
  details?: unknown;
  cause?: unknown;
}

/** So long a server is left alone at most. */
const LONGEST_PATIENCE_MS = 15 * 60 * 1000;

/**
 * A request to one of the servers that did not succeed. Clients throw nothing else; what follows from
 * it (wait, log in again, set the event aside) is decided in one table, `bridge/failures.ts`.
 */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly side: Side;
  readonly failure: RemoteFailure;
  readonly request: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly answer: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly details: unknown;
  /** What went wrong, without the request: the server's code, or `HTTP 502, not JSON`, or `network`. */
  readonly inShort: string;

  constructor(fields: RemoteErrorFields) {
    const what = inShort(fields);
    super(
      `${fields.request}: ${what}${fields.answer === undefined ? '' : `: ${fields.answer}`}`,
      fields.cause === undefined ? undefined : { cause: fields.cause },
    );
    this.inShort = what;
    this.side = fields.side;
    this.failure = fields.failure;
    this.request = fields.request;
    this.status = fields.status;
    this.code = fields.code;
    this.answer = fields.answer;
    this.retryAfterMs = fields.retryAfterMs;
    this.details = fields.details;
  }

  /** {@link retryAfterMs} as far as it is heeded: a server may well ask for years, or for longer than any timer lasts. */
  get patienceMs(): number | undefined {
    return this.retryAfterMs === undefined ? undefined : Math.min(this.retryAfterMs, LONGEST_PATIENCE_MS);
  }
}

function inShort({ code, status, failure }: RemoteErrorFields): string {
  if (code !== undefined) return code;
  if (status === undefined) return failure;
  return failure === 'not-json' ? `HTTP ${status}, not JSON` : `HTTP ${status}`;
}

/** The server says that it is not there, or not for this account: which of them it is, servers keep to themselves. */
export const isOutOfReach = (error: unknown): error is RemoteError =>
  error instanceof RemoteError && (error.status === 403 || error.status === 404);
