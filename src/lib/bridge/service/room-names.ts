import { nameHash } from '../../matrix/plain-name.ts';
import type { BridgeParts } from '../parts.ts';

const NAME_LENGTH = 60;
/** So many rooms of one name are told apart by a number, further ones by a hash. */
const NUMBERED = 9;

/**
 * Names for a Rocket.Chat room that stands for a Matrix room, in the order in which they are to be tried. Where
 * `UI_Allow_room_names_with_special_chars` is on, Rocket.Chat makes a name of its own from whatever it is given, and
 * tells equal ones apart.
 *
 * @param seed the Matrix room's id
 */
export async function roomNames(
  { workspace }: Pick<BridgeParts, 'workspace'>,
  wanted: string,
  seed: string,
): Promise<readonly string[]> {
  const special = 'UI_Allow_room_names_with_special_chars';
  const any = (await workspace.publicSettings([special])).get(special) === true;
  const shown = wanted.trim().slice(0, NAME_LENGTH).toWellFormed();
  if (any && /[0-9a-z]/i.test(shown)) return [shown];
  const base = plainRoomName(shown) || `matrix-${nameHash(seed, 0)}`;
  const numbered = Array.from({ length: NUMBERED }, (_, index) => `${base}-${index + 1}`);
  return [base, ...numbered, `${base}-${nameHash(seed, 0)}`];
}

/** What `UTF8_Channel_Names_Validation` lets through unless an administrator changed it. */
const plainRoomName = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^0-9a-zA-Z_.-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '');
