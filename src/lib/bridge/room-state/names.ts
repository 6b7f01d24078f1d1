import { cleanName } from '../../matrix/clean-name.ts';

/** Code points; Matrix asks for at most 255 bytes, and nobody reads more. */
const LONGEST = 120;
/** Further names tried where one is taken. */
const ATTEMPTS = 5;

export const cleanRoomName = (name: string): string => cleanName(name, LONGEST);

/**
 * What a room may be called in Rocket.Chat, best first: as it is, which takes `UI_Allow_room_names_with_special_chars`
 * unless it is plain; in the letters that `UTF8_Channel_Names_Validation` allows by default; and numbered, for
 * names that other rooms have.
 */
export function workspaceNames(name: string): readonly string[] {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^0-9a-zA-Z._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  if (plain === '') return name === '' ? [] : [name];
  const numbered = Array.from({ length: ATTEMPTS }, (_, index) => `${plain}-${index + 1}`);
  return [...new Set([name, plain, ...numbered])];
}
