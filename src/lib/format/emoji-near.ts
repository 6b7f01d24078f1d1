import { shortCodeOf } from './emoji.ts';

const TONES = /\p{Emoji_Modifier}/gu;
/** Of a region's flag: what follows the black flag. */
const TAGS = /[\u{E0020}-\u{E007F}]/gu;
const JOINER = '\u200D';

/**
 * Short codes, without colons, by which Rocket.Chat may know an emoji, the nearest first: its own, that without
 * skin tone, that of the first emoji it is joined of. None for what is no emoji, or too new to have a name.
 */
export function shortCodesNear(emoji: string): readonly string[] {
  const plain = emoji.replaceAll(TONES, '');
  const forms = [emoji, plain, plain.split(JOINER)[0] ?? '', plain.replaceAll(TAGS, '')];
  return [...new Set(forms.flatMap((form) => shortCodeOf(form) ?? []))];
}
