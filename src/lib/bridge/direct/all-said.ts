import type { Portal } from '../../store/portal-types.ts';
import type { OpeningParts } from './opening.ts';

/**
 * Whether all that was said in a direct message until now has gone where it was said, on either side; what the
 * homeserver may never have pushed is looked for. One that is closed carries nothing more.
 *
 * Whoever moves or ends a conversation asks: what comes later belongs elsewhere.
 *
 * @param isLocked our side was put out, and may not be able to read what was missed
 */
export async function isAllSaid(opening: OpeningParts, portal: Portal, isLocked = false): Promise<boolean> {
  if (portal.state !== 'active') return true;
  if (await isWaiting(opening, portal)) return false;
  return ((await opening.seekMissed(portal)) || isLocked) && !(await isWaiting(opening, portal));
}

async function isWaiting({ parts }: OpeningParts, { lane }: Portal): Promise<boolean> {
  const { inbox } = parts.store;
  const heads = [await inbox.head(lane, 'workspace'), await inbox.head(lane, 'homeserver')];
  return heads.some((row) => row !== undefined);
}
