import { readAttachments } from './attachments.ts';
import { readBlocks } from './blocks.ts';
import { type Card, createAllowance } from './card.ts';

/** Of all cards of a message, UTF-16 units. What does not fit into an event even so becomes a file. */
const MOST = 20_000;

/**
 * Everything that a message shows besides its text, its files and its quotes. Never throws.
 *
 * @param raw a message as the workspace sends it; whoever posted it chose what is in it.
 */
export function readCards(raw: Readonly<Record<string, unknown>>, hasFiles: boolean): readonly Card[] {
  const allowance = createAllowance(MOST);
  return [...readBlocks(raw['blocks'], allowance), ...readAttachments(raw['attachments'], hasFiles, allowance)];
}
