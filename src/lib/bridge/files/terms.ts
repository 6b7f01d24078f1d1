import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import { createFileLimits, type FileLimits } from './limits.ts';
import { FILE_SETTINGS, readFileRules } from './workspace-rules.ts';

/** On what terms files cross, as both servers say; read again now and then. */
export interface FileTerms {
  /** Rejects with what the server's client threw while nothing was ever read. */
  limits(): Promise<FileLimits>;
  /** Where anybody may open a file of the workspace's; undefined: only its members may (`FileUpload_ProtectFiles`). */
  publicAddress(path: string): Promise<string | undefined>;
  /** For files whose size nobody says; made when it is first needed. */
  readonly spoolFolder: string;
}

interface TermsParts {
  readonly workspace: Pick<WorkspaceApi, 'publicSettings'>;
  readonly homeserver: Pick<MatrixApi, 'uploadLimit'>;
  readonly clock: Clock;
  readonly log: Log;
}

export function createFileTerms({ workspace, homeserver, clock, log }: TermsParts): FileTerms {
  let site: string | undefined;
  const limits = createFileLimits({
    homeserver: () => homeserver.uploadLimit(),
    async workspace() {
      const settings = await workspace.publicSettings([...FILE_SETTINGS, 'FileUpload_ProtectFiles', 'Site_Url']);
      const url = settings.get('Site_Url');
      const isOpen = settings.get('FileUpload_ProtectFiles') === false && typeof url === 'string';
      site = isOpen && /^https?:\/\//.test(url) ? url.replace(/\/+$/, '') : undefined;
      return readFileRules(Object.fromEntries(settings));
    },
    clock,
    log,
  });
  return {
    limits,
    async publicAddress(path) {
      await limits();
      return site === undefined ? undefined : `${site}${path}`;
    },
    spoolFolder: join(tmpdir(), `rcfed-${randomUUID()}`),
  };
}
