import { RcfedError } from '../../core/errors.ts';

interface PersonOutcome {
  readonly user: string;
  readonly outcome: string;
  readonly reason: string | null;
}

/**
 * Exit 1: nothing could be done for anybody; 9: for some, who are named with the reason; undefined: all is well.
 * @param what could not be done, as it goes on after their number: `could not be invited to general`
 */
export function problemOf(people: readonly PersonOutcome[], what: string): RcfedError | undefined {
  const refused = people.filter(({ outcome }) => outcome === 'refused');
  if (refused.length === 0) return undefined;
  return new RcfedError(
    refused.length === people.length ? 'RCFED_REFUSED' : 'RCFED_PARTLY_DONE',
    `${refused.length} of ${people.length} ${what}`,
    // A narrow terminal cuts the table where the reasons stand.
    { why: `${refused.map(({ user, reason }) => (reason === null ? user : `${user}: ${reason}`)).join('; ')}.` },
  );
}
