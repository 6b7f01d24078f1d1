import type { Person, Sighting } from '../people/person.ts';
import type { Said } from './conversation.ts';

const place = (side: Person['side']): string => (side === 'workspace' ? 'in Rocket.Chat' : 'on Matrix');
const otherPlace = (side: Person['side']): string => place(side === 'workspace' ? 'homeserver' : 'workspace');

/** `Bob in Rocket.Chat: (1) Good morning` */
export const saidLine = ({ by, text }: Said): string => `${by.name} ${place(by.side)}: ${text}`;

/** `    on Matrix, 14 ms later, from @rc_bob:sandbox.test: (1) Good morning` */
export function arrivalLine(said: Said, sighting: Sighting): string {
  const where = `    ${otherPlace(said.by.side)}`;
  if (sighting.kind === 'gone') return `${where}: ${said.by.name}'s (${said.sequence}) is gone`;
  if (sighting.kind === 'edit') return `${where} it now reads: ${sighting.shown}`;
  const later =
    said.timed && said.acknowledgedAt !== undefined
      ? `, ${Math.max(0, Math.round(sighting.at - said.acknowledgedAt))} ms later`
      : '';
  return `${where}${later}, from ${sighting.author}: ${sighting.shown}`;
}
