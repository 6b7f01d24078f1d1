import type { Side } from '../core/remote-error.ts';
import { Breaker } from './breaker.ts';
import { prepareBot } from './homeserver/bot.ts';
import type { BridgeParts } from './parts.ts';
import type { SideState } from './running-bridge.ts';

export type Breakers = Readonly<Record<Side, Breaker>>;

interface BreakerHooks {
  onOpened(side: Side): void;
  onClosed(side: Side): void;
}

/** One for each server, probed by what has to work before anything else can. */
export function createBreakers(parts: BridgeParts, signal: AbortSignal, hooks: BreakerHooks): Breakers {
  const { clock, log } = parts;
  const breaker = (side: Side, probe: () => Promise<void>): Breaker =>
    new Breaker({
      side,
      probe,
      clock,
      log,
      signal,
      onOpened: () => hooks.onOpened(side),
      onClosed: () => hooks.onClosed(side),
    });
  return {
    workspace: breaker('workspace', async () => void (await parts.workspace.me())),
    homeserver: breaker('homeserver', () => prepareBot(parts)),
  };
}

export const stateOf = ({ state }: Breaker, asked: boolean): SideState => ({
  asked,
  waitingFor: state?.reason,
  since: state?.since,
});

/** The bot is made sure of before anything is believed of the homeserver. */
export async function startHomeserver(parts: BridgeParts, breaker: Breaker, ready: () => Promise<void>): Promise<void> {
  try {
    await prepareBot(parts);
  } catch (error) {
    return breaker.open((error as Error).message);
  }
  await ready();
}
