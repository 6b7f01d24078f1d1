import type { InviteView } from './views.ts';

/** What inviting these people would do, a line each. */
export const invitationsInWords = (people: readonly InviteView[]): readonly string[] =>
  people.map(({ user, outcome, reason }) => {
    if (outcome === 'refused') return `= ${user} is not invited: ${reason}`;
    return outcome === 'already' ? `= ${user} is a member, or invited already` : `+ invitation of ${user}`;
  });
