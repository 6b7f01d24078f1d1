import type { BridgeService } from '../lib/bridge/service/views.ts';
import type { ServiceConnection } from '../lib/admin/connect.ts';
import type { Reach } from '../lib/admin/reach.ts';
import { loadAdminProfile } from '../lib/config/load-profile.ts';
import type { AdminProfile } from '../lib/config/profile.ts';
import { RcfedError } from '../lib/core/errors.ts';
import type { CommandContext } from './context.ts';
import type { Settings } from './global-flags.ts';

interface Command {
  readonly context: CommandContext;
  readonly settings: Settings;
}

/**
 * Hands over a way to the service of the profile's bridge. It is connected once, when first asked for, so that who
 * needs no bridge does not need the profile to be whole either; and closed in the end.
 */
export async function withLazyBridge<Result>(
  command: Command,
  reach: Reach,
  use: (bridge: (workspace: string) => Promise<BridgeService>) => Promise<Result>,
): Promise<Result> {
  let connection: Promise<ServiceConnection> | undefined;
  try {
    return await use(async (workspace) => {
      const profile = await profileFor(command, workspace);
      const { connectService } = await import('../lib/admin/connect.ts');
      connection ??= connectService(profile, reach);
      return (await connection).service;
    });
  } finally {
    const opened = await connection?.catch(() => undefined);
    await opened?.close();
  }
}

/** What was changed in one workspace is not undone in another one. */
async function profileFor({ context, settings }: Command, workspace: string): Promise<AdminProfile> {
  const profile = await loadAdminProfile(context, settings.profile);
  if (profile.workspace.url === workspace) return profile;
  throw new RcfedError('RCFED_PROFILE_INCOMPLETE', `The profile is for ${profile.workspace.url} now`, {
    why: `It was changed in ${workspace}.`,
  });
}
