import { customEmojiRows } from './custom-emoji.ts';
import { deletionRows } from './deletions.ts';
import { editRows } from './edits.ts';
import type { Feature } from './feature.ts';
import { pruneRows } from './prunes.ts';
import { reactionRows } from './reactions.ts';
import { textRows } from './text.ts';

/** Everything a message can be, in the order in which people meet it. */
export const features: readonly Feature[] = [
  ...textRows,
  ...editRows,
  ...deletionRows,
  ...pruneRows,
  ...reactionRows,
  ...customEmojiRows,
];
