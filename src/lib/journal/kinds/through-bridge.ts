import type { BridgeService } from '../../bridge/service/views.ts';
import { RcfedError } from '../../core/errors.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { kept, type Undone, type UndoParts } from '../undone.ts';

/**
 * Undoes through the bridge. Where that can't be reached, or refuses, this one change stays, and the others are
 * undone all the same.
 */
export async function throughBridge(
  parts: UndoParts,
  act: (service: BridgeService) => Promise<Undone>,
): Promise<Undone> {
  try {
    return await act(await parts.bridge());
  } catch (error) {
    parts.signal.throwIfAborted();
    if (error instanceof RcfedError) return kept([error.message, error.why ?? []].flat().map(sentence).join(' '));
    if (error instanceof RemoteError) return kept(sentence(error.message));
    throw error;
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
