import { RemoteError } from '../core/remote-error.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';

/** What a workspace says of itself before anything is changed. */
export interface WorkspaceFacts {
  /** `8.8`, or in full where the account may see it. */
  readonly version: string;
  readonly siteUrl: string;
  /** Values of the settings that were asked for; those that the version lacks, or nobody may see, are absent. */
  readonly settings: ReadonlyMap<string, unknown>;
  /** Roles by permission; undefined: nobody was logged in. */
  readonly permissions: ReadonlyMap<string, readonly string[]> | undefined;
  /** Of the licence; undefined: nobody was logged in. */
  readonly modules: readonly string[] | undefined;
  /** Rooms that Rocket.Chat itself has marked as federated; empty where nobody may look. */
  readonly federatedRooms: readonly string[];
  /** Usernames that are Matrix ids, as Rocket.Chat's own bridge made them; looked for only where it left rooms. */
  readonly matrixAccounts: readonly string[];
}

/** Public settings that are always looked at. */
const ALWAYS = [
  'Site_Url',
  'uniqueID',
  'FileUpload_MaxFileSize',
  'Federation_Service_Enabled',
  'Federation_Matrix_enabled',
];

/** Says whether somebody, or Rocket.Chat's chart, once set a homeserver up for its own bridge. */
export const OLD_HOMESERVER = 'Federation_Matrix_homeserver_url';

/**
 * Reads a workspace.
 * @param signedIn whether `api` has an account with the role admin; without one only what is public is read
 * @param privates settings that only an admin may see
 * @throws RemoteError
 */
export async function readWorkspace(
  api: WorkspaceApi,
  signedIn: boolean,
  privates: readonly string[],
): Promise<WorkspaceFacts> {
  const [{ version }, open, inside] = await Promise.all([
    api.info(),
    api.publicSettings(ALWAYS),
    signedIn ? readInside(api, privates) : undefined,
  ]);
  const siteUrl = open.get('Site_Url');
  return {
    version,
    siteUrl: typeof siteUrl === 'string' ? siteUrl : '',
    settings: new Map([...open, ...(inside?.settings ?? [])]),
    permissions: inside?.permissions,
    modules: inside?.modules,
    federatedRooms: inside?.federatedRooms ?? [],
    matrixAccounts: inside === undefined || inside.federatedRooms.length === 0 ? [] : await matrixAccounts(api),
  };
}

async function readInside(api: WorkspaceApi, ids: readonly string[]) {
  const [values, permissions, modules, federatedRooms] = await Promise.all([
    Promise.all([...new Set([...ids, OLD_HOMESERVER])].map(async (id) => [id, await api.setting(id)] as const)),
    api.permissions(),
    api.licenceModules(),
    api.federatedRooms().catch(unlessForbidden),
  ]);
  const settings = values.flatMap(([id, found]) => (found === undefined ? [] : [[id, found.value] as const]));
  return { settings, permissions, modules, federatedRooms };
}

/** Of a large workspace this takes hundreds of requests. */
async function matrixAccounts(api: WorkspaceApi): Promise<readonly string[]> {
  const usernames = (await api.users()).map(({ username }) => username);
  return usernames.filter((username) => /^@[^:]+:.+$/.test(username));
}

/** An admin may have taken the permission away; the rooms are only told of. */
function unlessForbidden(error: unknown): readonly string[] {
  if (error instanceof RemoteError && error.failure === 'refused') return [];
  throw error;
}
