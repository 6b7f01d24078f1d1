import type { Profile } from '../lib/config/profile.ts';
import { loadKeyText } from '../lib/config/key-file.ts';
import type { Reach } from '../lib/admin/reach.ts';
import type { Log } from '../lib/core/log.ts';
import type { CommandContext } from './context.ts';
import { DEFAULT_TIMEOUT_MS, type Settings } from './global-flags.ts';

/**
 * How a command reaches the servers and the bridge of a profile: flags go before the profile.
 * @param use is given it, and everything is closed afterwards
 */
export const withReach = async <Result>(
  profile: Pick<Profile, 'caFile' | 'timeoutMs'>,
  { context, settings, logger }: { context: CommandContext; settings: Settings; logger: Log },
  use: (reach: Reach) => Promise<Result>,
): Promise<Result> => {
  const { createNetwork } = await import('../lib/network/network.ts');
  const network = await createNetwork({ caFile: settings.caFile ?? profile.caFile, env: context.env });
  try {
    return await use({
      clock: context.clock,
      log: logger,
      network,
      key: await loadKeyText(context),
      redactor: context.redactor,
      platform: process.platform,
      timeoutMs: settings.timeoutMs ?? profile.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal: context.signal,
    });
  } finally {
    await network.close();
  }
};
