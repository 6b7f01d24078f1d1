import type { Person } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';

/** That person, if their puppet or ghost works and is in the room: what is of the moment makes and invites nobody. */
export async function memberOf(
  { store }: Pick<BridgeParts, 'store'>,
  portal: Portal,
  person: Person | undefined,
): Promise<Person | undefined> {
  if (person === undefined || !person.ready) return undefined;
  return (await store.people.isMember(portal.id, person.id)) ? person : undefined;
}
