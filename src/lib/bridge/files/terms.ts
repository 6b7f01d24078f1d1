import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import { keptFresh } from '../kept-fresh.ts';
import type { ReadSettings } from '../workspace/settings.ts';
import type { FileLimits } from './limits.ts';

/** On what terms files cross, as both servers say; read again now and then. */
export interface FileTerms {
  /** Rejects with what a server's client threw while nothing was ever read. */
  limits(): Promise<FileLimits>;
  /** Where anybody may open a file of the workspace's; undefined: only its members may (`FileUpload_ProtectFiles`). */
  publicAddress(path: string): Promise<string | undefined>;
  /** For files whose size nobody says; made when it is first needed. */
  readonly spoolFolder: string;
}

interface TermsParts {
  readonly settings: ReadSettings;
  readonly homeserver: Pick<MatrixApi, 'uploadLimit'>;
  readonly clock: Clock;
  readonly log: Log;
}

export function createFileTerms({ settings, homeserver, clock, log }: TermsParts): FileTerms {
  const uploadLimit = keptFresh({
    read: () => homeserver.uploadLimit(),
    clock,
    onUnread: (error) => log('warn', 'files.limit-unread', { reason: String(error) }),
  });
  return {
    async limits() {
      const [ofHomeserver, { uploads }] = await Promise.all([uploadLimit(), settings()]);
      return { mostBytes: smaller(ofHomeserver, uploads.maxBytes), workspace: uploads };
    },
    async publicAddress(path) {
      const { siteUrl, protectsFiles } = await settings();
      return !protectsFiles && siteUrl !== undefined && /^https?:\/\//.test(siteUrl) ? `${siteUrl}${path}` : undefined;
    },
    spoolFolder: join(tmpdir(), `rcfed-${randomUUID()}`),
  };
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
