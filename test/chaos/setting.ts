import { readFileSync } from 'node:fs';
import { systemClock } from '../../src/lib/core/clock.ts';
import type {
  MatrixRoomId,
  MatrixUserId,
  ServerName,
  WorkspaceRoomId,
  WorkspaceUserId,
} from '../../src/lib/core/ids.ts';
import type { Log } from '../../src/lib/core/log.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { createWorkspaceApi } from '../../src/lib/rocketchat/api.ts';
import type { WorkspaceApi } from '../../src/lib/rocketchat/types.ts';

export interface Account {
  readonly userId: string;
  readonly token: string;
}

/** What the processes of a chaos run know of each other; a JSON file, whose path is each one's argument. */
export interface ChaosSetting {
  readonly workspaceUrl: string;
  readonly homeserverUrl: string;
  readonly serverName: string;
  readonly workspaceBot: Account;
  readonly asToken: string;
  readonly hsToken: string;
  readonly listenPort: number;
  readonly store: string;
  readonly workspaceUsers: readonly Account[];
  readonly matrixUsers: readonly Account[];
  readonly rooms: readonly { readonly workspace: string; readonly matrix: string }[];
}

export const readSetting = (): ChaosSetting => JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ChaosSetting;

const silent: Log = () => {};

export function asWorkspaceUser(setting: Pick<ChaosSetting, 'workspaceUrl'>, { userId, token }: Account): WorkspaceApi {
  const credentials = { userId: userId as WorkspaceUserId, token: new Secret(token) };
  return createWorkspaceApi({
    url: setting.workspaceUrl,
    credentials,
    clock: systemClock,
    log: silent,
    deadlineMs: 10_000,
  });
}

export function asMatrixUser(
  setting: Pick<ChaosSetting, 'homeserverUrl' | 'serverName'>,
  { userId, token }: Account,
): Promise<MatrixApi> {
  return createMatrixApi({
    baseUrl: setting.homeserverUrl,
    accessToken: new Secret(token),
    userId: userId as MatrixUserId,
    serverName: setting.serverName as ServerName,
    clock: systemClock,
    log: silent,
    deadlineMs: 10_000,
  });
}

export const workspaceRoom = (room: ChaosSetting['rooms'][number]): WorkspaceRoomId =>
  room.workspace as WorkspaceRoomId;
export const matrixRoom = (room: ChaosSetting['rooms'][number]): MatrixRoomId => room.matrix as MatrixRoomId;

/** What becomes of a sender's nth message: most stay as they are. */
export type Fate = 'kept' | 'edited' | 'deleted';

export function fateOf(number: number): Fate {
  if (number % 10 === 7) return 'edited';
  return number % 10 === 9 ? 'deleted' : 'kept';
}

/** `w0-12` is the 12th of the first workspace user, `m…` of a Matrix user; `!` marks an edited one. */
export const textOf = (sender: string, number: number, edited: boolean): string =>
  `${sender}-${number}${edited ? '!' : ''}`;
