import { randomInt } from 'node:crypto';
import type { MessageId } from '../core/ids.ts';

/** Meteor's id alphabet: no characters that look alike. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';

const random = (length: number): string => Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** A word that no other message has, by which the copy on the other side is known. */
export const newMark = (): string => `smoke-${random(20)}`;

/** As Rocket.Chat's clients make them. */
export const newMessageId = (): MessageId => random(17) as MessageId;

/** Somebody may see it for a moment, or for ever where a run was cut off. */
export const markedText = (mark: string): string => `Test of the federation, deleted again at once: ${mark}`;
