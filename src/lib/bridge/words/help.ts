import { slashWords } from '../../slash/words.ts';
import { isForTheBridge } from './word-row.ts';

/** Whether it is said to the bridge at all; the others are for a terminal. */
export const isSaidHere = (name: string): boolean => isForTheBridge(`!${name}`);

/** What there is, as it is written there: a slash in front would be for Rocket.Chat's own client. */
export function helpIn(where: 'direct message' | 'room'): readonly string[] {
  const lines = (mark: string, needsRoom: boolean): readonly string[] =>
    slashWords
      .filter(({ name, inRoom }) => inRoom === needsRoom && name !== 'help' && (!inRoom || isSaidHere(name)))
      .map(({ name, takes, does }) => `${mark}${name} ${takes}: ${does}`);
  return where === 'room'
    ? [...lines('!', false), ...lines('!', true)]
    : [...lines('', false), 'In a federated room, where ! comes first:', ...lines('!', true)];
}
