import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { memberInWords } from '../lib/bridge/service/member-words.ts';
import type { MemberChange, MemberChangeView } from '../lib/bridge/service/members-view.ts';
import { problemOf } from '../lib/bridge/service/refused-people.ts';
import type { BridgeService } from '../lib/bridge/service/views.ts';
import { table } from '../lib/output/table.ts';
import { changeJournaledMembers } from '../lib/journal/journaled-members.ts';
import type { Notebook } from '../lib/journal/notebook.ts';
import type { CommandResult } from './base-command.ts';
import { dryRunFlag, dryRunView, type Planned } from './dry-run.ts';
import { inChunks } from './invite-people.ts';

type Person = Omit<MemberChangeView, 'plan'>;

export interface ChangedMembersData extends Planned {
  readonly room: string;
  readonly people: readonly Person[];
}

/** What became of people, and what was planned for them. */
export interface ChangedMembers {
  readonly people: readonly Person[];
  readonly plan: readonly string[];
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

/** Of the commands that move people. */
export const moveFlags = {
  ...dryRunFlag,
  reason: Flags.string({
    summary: 'Shown to the room on Matrix; Rocket.Chat has no place for it.',
    env: 'RCFED_REASON',
    helpValue: 'TEXT',
  }),
};

/** Reads first; then each change is written down before it is made. */
export async function changeMembers(
  service: Pick<BridgeService, 'changeMembers'>,
  notebook: Notebook,
  users: readonly string[],
  change: Omit<MemberChange, 'users'>,
): Promise<ChangedMembers> {
  const plan: string[] = [];
  const people = await inChunks(users, async (chunk) => {
    const planned = await service.changeMembers({ ...change, users: chunk, dryRun: true });
    plan.push(...planned.flatMap(memberInWords));
    if (change.dryRun === true) return planned.map(withoutPlan);
    return await changeJournaledMembers(service, notebook, { ...change, users: chunk }, planned);
  });
  return { people, plan };
}

const withoutPlan = ({ plan: _plan, ...person }: MemberChangeView): Person => person;

/**
 * Exit 0: done for everybody, or would be; 1: for nobody; 9: not for some, who are named.
 *
 * @param deed what was to be done, after "could not be": `removed from general`
 */
export function changedResult(
  { room, dryRun = false }: Pick<MemberChange, 'room' | 'dryRun'>,
  { people, plan }: ChangedMembers,
  deed: string,
): CommandResult<ChangedMembersData> {
  const problem = problemOf(people, `could not be ${deed}`);
  return {
    data: { room, people, dryRun, plan },
    view: dryRun
      ? dryRunView(plan)
      : [
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
    ...(problem && { problem }),
  };
}
