import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { Closing } from './close-portal.ts';

const PREFIX = 'closing:';
const cursorOf = ({ id }: Pick<Portal, 'id'>): string => `${PREFIX}${id}`;

type Stored = Pick<BridgeParts, 'store'>;

/** An end that was begun and is not done. */
export interface BegunClosing {
  readonly portal: Portal;
  readonly closing: Closing;
}

/**
 * Kept before anything else is done: half an end looks like another one, for example a room that we were about to
 * leave like one that we were put out of, and who asked for it does not get that.
 */
export const beginClosing = ({ store }: Stored, portal: Portal, closing: Closing): Promise<void> =>
  store.setCursor(cursorOf(portal), JSON.stringify(closing));

export const endClosing = ({ store }: Stored, portal: Portal): Promise<void> => store.setCursor(cursorOf(portal), '');

/** Ends that a crash or a server broke off, or that are under way; of portals that are not closed yet. */
export async function begunClosings({ store }: Stored): Promise<readonly BegunClosing[]> {
  const begun = await store.cursors(PREFIX);
  return (await store.portals.list()).flatMap((portal) => {
    const kept = begun.get(cursorOf(portal)) ?? '';
    return kept === '' ? [] : [{ portal, closing: JSON.parse(kept) as Closing }];
  });
}
