import type { BridgeService, LinkView } from '../lib/bridge/service/views.ts';
import { RcfedError } from '../lib/core/errors.ts';

/** For what ends a link: undefined where there is none, which is as wanted. */
export async function unlessUnknown(asked: ReturnType<BridgeService['unlink']>): Promise<LinkView | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RcfedError && error.code === 'RCFED_ROOM_UNKNOWN') return undefined;
    throw error;
  }
}
