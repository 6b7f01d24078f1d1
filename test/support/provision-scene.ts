import { onTestFinished } from 'vitest';
import { startHomeserver } from '../../src/sandbox/homeserver/server.ts';
import type { RunningHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type SandboxWorkspace, startWorkspace, type WorkspaceOptions } from '../../src/sandbox/workspace/server.ts';
import type { HomeserverKind } from './homeservers.ts';
import { type CommandRun, runCommand, type RunOptions } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A workspace and a homeserver that know nothing of a bridge, and somebody with an admin's account who sets one up. */
export interface ProvisionScene {
  readonly folder: string;
  readonly workspace: SandboxWorkspace;
  readonly homeserver: RunningHomeserver;
  readonly env: Readonly<Record<string, string | undefined>>;
  provision(flags?: readonly string[], options?: RunOptions): Promise<CommandRun>;
  rollback(flags?: readonly string[], options?: RunOptions): Promise<CommandRun>;
}

/** Ends with the test that starts it. @param kind of homeserver; default: the sandbox's */
export async function provisionScene(options: WorkspaceOptions = {}, kind?: HomeserverKind): Promise<ProvisionScene> {
  const folder = await temporaryFolder();
  const workspace = await startWorkspace(options);
  const homeserver = await (kind?.start({ serverName: 'lab.test' }) ?? startHomeserver({ serverName: 'lab.test' }));
  onTestFinished(async () => {
    await Promise.all([workspace.stop(), homeserver.stop()]);
  });
  const env = {
    HOME: folder,
    RCFED_WORKSPACE_URL: workspace.url,
    RCFED_WORKSPACE_ADMIN: workspace.admin.username,
    RCFED_WORKSPACE_ADMIN_PASSWORD: workspace.admin.password,
    RCFED_HOMESERVER_URL: homeserver.url,
    RCFED_HOMESERVER_ADMIN_TOKEN: homeserver.adminToken,
    RCFED_SERVER_NAME: homeserver.serverName,
  };
  const run = (words: readonly string[], flags: readonly string[], given: RunOptions) =>
    runCommand([...words, ...flags], { ...given, env: { ...env, ...given.env } });
  return {
    folder,
    workspace,
    homeserver,
    env,
    provision: (flags = [], given = {}) =>
      run(['federation', 'provision', '--out', folder, '--files', 'none'], flags, given),
    rollback: (flags = [], given = {}) => run(['federation', 'rollback'], flags, given),
  };
}

/** All that provisioning can change in a workspace, to compare. */
export const stateOf = ({ state }: SandboxWorkspace) => ({
  settings: Object.fromEntries([
    ...state.settings.publicEntries(),
    ...HIDDEN.map((id) => [id, state.settings.get(id)]),
  ]),
  webhooks: [...state.webhooks.values()].map(({ urls }) => urls),
  permissions: state.permissions.entries().map(({ _id, roles }) => `${_id}: ${roles.toSorted().join()}`),
  active: [...state.accounts.all()].flatMap(({ user }) =>
    user.active ? [`${user.username}: ${user.roles.join()}`] : [],
  ),
});

const HIDDEN = [
  'Federation_Service_Domain',
  'Federation_Service_Allow_List',
  'Federation_Matrix_as_token',
  'Federation_Matrix_hs_token',
  'Federation_Matrix_homeserver_url',
  'Federation_Matrix_homeserver_domain',
] as const;
