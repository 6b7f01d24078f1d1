import type { IncomingHttpHeaders } from 'node:http';
import type { Account, TokenRecord } from './account-book.ts';
import type { Dialect } from './dialects.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Schema } from './validation.ts';
import type { Workspace } from './workspace.ts';

export interface UploadedPart {
  readonly name: string;
  readonly filename: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** A request whose route, caller and parameters were checked. */
export interface Call {
  readonly workspace: Workspace;
  /** Validated query (GET) or body (POST), coerced. Unvalidated where a route has no schema. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Parts of the path: `rid` of `rooms.media/:rid`. */
  readonly path: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** For what counts calls by rules of its own. */
  readonly limiter: RateLimiter;
  /** Files of a multipart body; its text fields are in `params`. */
  readonly files: readonly UploadedPart[];
}

export interface AuthenticatedCall extends Call {
  readonly caller: Account;
  readonly token: TokenRecord;
}

/** What an action answers: a body that gets `success: true`, or a whole answer of its own. */
export type Answer = Readonly<Record<string, unknown>> | RawAnswer;

export interface RawAnswer {
  readonly raw: true;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

interface RouteRules {
  readonly method: 'GET' | 'POST';
  /** Below `/api/v1/`. */
  readonly path: string;
  /** What query or body must look like; unset: not checked by the real server either. */
  readonly params?: Schema | ((dialect: Dialect) => Schema);
  /** Absent in dialects for which this is false. */
  readonly exists?: (dialect: Dialect) => boolean;
  /** `false`: no limiter on the route. */
  readonly limited?: boolean;
}

export type Route = RouteRules &
  (
    | { readonly open: true; act(call: Call & { readonly caller: Account | undefined }): Answer | Promise<Answer> }
    | {
        readonly open?: false;
        /** Checked before the action: 403 for those without. */
        readonly permission?: string;
        readonly twoFactor?: (dialect: Dialect) => boolean;
        act(call: AuthenticatedCall): Answer | Promise<Answer>;
      }
  );

type Params = Readonly<Record<string, unknown>>;

/** A text parameter, `''` when it is missing. */
export const textOf = (params: Params, key: string): string => optionalText(params, key) ?? '';
export function optionalText(params: Params, key: string): string | undefined {
  const value = params[key];
  return typeof value === 'string' ? value : undefined;
}
export function optionalNumber(params: Params, key: string): number | undefined {
  const value = params[key];
  const parsed = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof parsed === 'number' && !Number.isNaN(parsed) ? parsed : undefined;
}
export function optionalFlag(params: Params, key: string): boolean | undefined {
  const value = params[key];
  return typeof value === 'boolean' ? value : undefined;
}
export function optionalTexts(params: Params, key: string): string[] | undefined {
  const value = params[key];
  return Array.isArray(value) ? value.map(String) : undefined;
}
export function optionalRecord(params: Params, key: string): Record<string, unknown> | undefined {
  const value = params[key];
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** `count` and `offset` under the server's limits, applied to everything there is. */
export function paged<Item>(
  call: Call,
  all: readonly Item[],
): { items: Item[]; count: number; offset: number; total: number } {
  const { settings } = call.workspace;
  const offset = Math.max(0, optionalNumber(call.params, 'offset') ?? 0);
  const wanted = optionalNumber(call.params, 'count') ?? settings.get<number>('API_Default_Count');
  const infinite = wanted === 0 && settings.get<boolean>('API_Allow_Infinite_Count');
  const size = infinite ? all.length : Math.min(wanted, settings.get<number>('API_Upper_Count_Limit'));
  const items = all.slice(offset, offset + size);
  return { items, count: items.length, offset, total: all.length };
}
