import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { takesType, type WorkspaceFileRules } from './workspace-rules.ts';

/** What may be sent at all, since it has to be stored on both sides' terms. */
export interface FileLimits {
  /** The smaller of both servers' limits in bytes; undefined: neither has one. */
  readonly mostBytes: number | undefined;
  readonly workspace: WorkspaceFileRules;
}

interface LimitSources {
  /** `MatrixApi.uploadLimit`. */
  readonly homeserver: () => Promise<number | undefined>;
  readonly workspace: () => Promise<WorkspaceFileRules>;
  readonly clock: Clock;
  readonly log: Log;
}

const REFRESH_MS = 10 * 60_000;
/** A server that did not answer is asked again sooner. */
const RETRY_MS = 60_000;

/**
 * The limits of both servers, read when they are first wanted and again after 10 minutes. When they can't
 * be read again the known ones stay in force; the first time the failure is the caller's: it rejects with
 * what the server's client threw.
 */
export function createFileLimits({ homeserver, workspace, clock, log }: LimitSources): () => Promise<FileLimits> {
  let known: FileLimits | undefined;
  let goodUntil = 0;
  let reading: Promise<FileLimits> | undefined;
  const read = async (): Promise<FileLimits> => {
    try {
      const [ofHomeserver, rules] = await Promise.all([homeserver(), workspace()]);
      known = { mostBytes: smaller(ofHomeserver, rules.mostBytes), workspace: rules };
      goodUntil = clock.now() + REFRESH_MS;
      return known;
    } catch (error) {
      if (known === undefined) throw error;
      log('warn', 'files.limits-unread', { reason: String(error) });
      goodUntil = clock.now() + RETRY_MS;
      return known;
    }
  };
  return async () => {
    if (known !== undefined && clock.now() < goodUntil) return known;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

/** Why a file can't cross, for {@link refusalText}. */
export type FileRefusal =
  | { readonly why: 'too-large'; readonly size: number | undefined; readonly limit: number }
  /** The server refused it although it is within the limit that it tells: a proxy's is smaller. */
  | { readonly why: 'too-large-there'; readonly size: number | undefined }
  | { readonly why: 'type'; readonly contentType: string }
  /** Its own server has it no longer, or not yet. */
  | { readonly why: 'missing' }
  | { readonly why: 'uploads-off' }
  | { readonly why: 'encrypted' };

/** What speaks against a file before anything of it is fetched; undefined: nothing. `size` undefined: not known yet. */
export function refusalOf(
  limits: FileLimits,
  file: { readonly size: number | undefined; readonly contentType: string },
  to: { readonly side: 'workspace' | 'homeserver'; readonly direct: boolean },
): FileRefusal | undefined {
  const { mostBytes, workspace } = limits;
  if (to.side === 'workspace') {
    if (!workspace.enabled || (to.direct && !workspace.inDirectMessages)) return { why: 'uploads-off' };
    if (!takesType(workspace, file.contentType)) return { why: 'type', contentType: file.contentType };
  }
  if (mostBytes !== undefined && file.size !== undefined && file.size > mostBytes)
    return { why: 'too-large', size: file.size, limit: mostBytes };
  return undefined;
}
