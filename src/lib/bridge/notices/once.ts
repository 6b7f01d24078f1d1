import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';

/**
 * Says something in a room only the first time that it is the case there, also over restarts: how a thing
 * degrades is worth a notice, and a hundred of them are a nuisance.
 *
 * @param cause short and fixed, `reaction-without-emoji`: what was said is remembered by room and cause.
 * @param say as `sayInWorkspace` or `sayOnMatrix`, with the same cause. Rejecting is tried again next time.
 */
export async function tellOnce(
  { store, clock }: Pick<BridgeParts, 'store' | 'clock'>,
  portal: Portal,
  cause: string,
  say: () => Promise<void>,
): Promise<void> {
  if (await wasTold({ store }, portal, cause)) return;
  await say();
  await store.setCursor(toldCursor(portal, cause), String(clock.now()));
}

export const wasTold = async ({ store }: Pick<BridgeParts, 'store'>, portal: Portal, cause: string): Promise<boolean> =>
  (await store.cursor(toldCursor(portal, cause))) !== undefined;

const toldCursor = ({ id }: Portal, cause: string): string => `told:${id}:${cause}`;
