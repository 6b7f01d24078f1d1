import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { MemberChange, MemberChangeView } from '../lib/bridge/service/members-view.ts';
import type { BridgeService } from '../lib/bridge/service/views.ts';
import { RcfedError } from '../lib/core/errors.ts';
import { table } from '../lib/output/table.ts';
import type { CommandResult } from './base-command.ts';
import { inChunks } from './invite-people.ts';

export interface ChangedMembersData {
  readonly room: string;
  readonly people: readonly MemberChangeView[];
}

export const memberArgs = {
  room: Args.string({
    description: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room.',
    required: true,
  }),
  user: Args.string({
    description: 'One or more: usernames of Rocket.Chat (bob), Matrix ids (@alice:example.org).',
    required: true,
  }),
};

export const reasonFlag = {
  reason: Flags.string({
    summary: 'Shown to the room on Matrix; Rocket.Chat has no place for it.',
    env: 'RCFED_REASON',
    helpValue: 'TEXT',
  }),
};

export const changeMembers = (
  service: Pick<BridgeService, 'changeMembers'>,
  users: readonly string[],
  change: Omit<MemberChange, 'users'>,
): Promise<readonly MemberChangeView[]> =>
  inChunks(users, (chunk) => service.changeMembers({ ...change, users: chunk }));

/**
 * Exit 0: done for everybody; 1: for nobody; 9: not for some, who are named.
 *
 * @param deed what was to be done, after "could not be": `removed from general`
 */
export function changedResult(
  room: string,
  people: readonly MemberChangeView[],
  deed: string,
): CommandResult<ChangedMembersData> {
  const refused = people.filter(({ outcome }) => outcome === 'refused');
  const names = refused.map(({ user }) => user).join(', ');
  const problem = (): RcfedError =>
    new RcfedError(
      refused.length === people.length ? 'RCFED_REFUSED' : 'RCFED_PARTLY_DONE',
      `${refused.length} of ${people.length} could not be ${deed}`,
      { why: `${names}.` },
    );
  return {
    data: { room, people },
    view: [
      table(
        [
          { title: 'Person', value: ({ user }) => user },
          { title: 'Outcome', value: ({ outcome }) => outcome },
          { title: 'Reason', value: ({ reason }) => reason },
        ],
        people,
      ),
    ],
    warnings: people.flatMap(({ user, outcome, reason }) =>
      outcome === 'refused' || reason === null ? [] : [`${user}, only on one side: ${reason}`],
    ),
    ...(refused.length === 0 ? {} : { problem: problem() }),
  };
}
