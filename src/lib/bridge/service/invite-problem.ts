import { RcfedError } from '../../core/errors.ts';
import type { InviteView } from './views.ts';

/** Exit 1: nobody could be invited; 9: some could not, and are named; undefined: everybody is. */
export function inviteProblem(room: string, people: readonly InviteView[]): RcfedError | undefined {
  const refused = people.filter(({ outcome }) => outcome === 'refused');
  if (refused.length === 0) return undefined;
  return new RcfedError(
    refused.length === people.length ? 'RCFED_REFUSED' : 'RCFED_PARTLY_DONE',
    `${refused.length} of ${people.length} could not be invited to ${room}`,
    { why: `${refused.map(({ user }) => user).join(', ')}.` },
  );
}
