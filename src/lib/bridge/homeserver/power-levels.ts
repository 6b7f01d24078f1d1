import { isDeepStrictEqual } from 'node:util';
import type { MatrixRoomId } from '../../core/ids.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import { POWER_LEVELS, readPower } from './power.ts';
import { contentReplacedBy } from './replaced-state.ts';

/** So often somebody else may change the same state at the same moment before the last one counts. */
const TRIES = 5;

type Levels = Readonly<Record<string, unknown>>;

/**
 * Changes the levels of a room in one event, and only what `change` changes: what somebody else wrote between our
 * reading and our writing stays. Nothing is written where nothing differs. Rejects with M_FORBIDDEN where the
 * acting user may not.
 *
 * @param change of the content as it is now; called again where it turns out to have been another
 */
export async function changePowerLevels(
  homeserver: MatrixApi,
  roomId: MatrixRoomId,
  change: (levels: Levels) => Levels,
): Promise<void> {
  let seen = (await readPower({ homeserver }, roomId)).levels;
  let wanted = change(seen);
  for (let tries = 0; tries < TRIES && !isDeepStrictEqual(wanted, seen); tries += 1) {
    const eventId = await homeserver.sendState(roomId, POWER_LEVELS, '', { ...wanted });
    const replaced = await contentReplacedBy({ homeserver }, roomId, eventId, POWER_LEVELS);
    if (replaced === undefined || isDeepStrictEqual(replaced, seen)) return;
    seen = wanted;
    wanted = change(replaced);
  }
}
