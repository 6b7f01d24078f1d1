import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { MemberChange, MemberChangeView } from '../lib/bridge/service/members-view.ts';
import type { BridgeService } from '../lib/bridge/service/views.ts';
import { RcfedError } from '../lib/core/errors.ts';
import { table } from '../lib/output/table.ts';
import type { ChangeOf } from '../lib/journal/change.ts';
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
    plan.push(...planned.flatMap(planLines));
    if (change.dryRun === true) return planned.map(withoutPlan);
    return await notebook.changing(
      planned.flatMap(entryOf),
      () => service.changeMembers({ ...change, users: chunk }),
      (entry, done) => (isDone(entry.person, planned, done) ? entry : undefined),
    );
  });
  return { people, plan };
}

/** People are answered as they were named, and written down by the one name that they have. */
const isDone = (person: string, planned: readonly MemberChangeView[], done: readonly MemberChangeView[]): boolean =>
  planned.some(
    ({ user, plan }) => plan?.person === person && done.some((each) => each.user === user && each.outcome === 'done'),
  );

const withoutPlan = ({ plan: _plan, ...person }: MemberChangeView): Person => person;

/** Who is refused, as far as reading tells it, is tried all the same: the server has the last word. */
function entryOf({ plan }: MemberChangeView): (ChangeOf<'membership'> | ChangeOf<'role'>)[] {
  if (plan === undefined || plan.state.from === plan.state.to) return [];
  const { room, roomId, person, state } = plan;
  return state.what === 'standing'
    ? [{ kind: 'membership', room, roomId, person, from: state.from, to: state.to }]
    : [{ kind: 'role', room, roomId, person, from: state.from, to: state.to }];
}

function planLines({ user, outcome, reason, plan }: MemberChangeView): string[] {
  if (plan === undefined || outcome === 'refused')
    return [`= ${user} stays as they are${reason === null ? '' : `: ${reason}`}`];
  const { person, state } = plan;
  if (outcome === 'already') return [`= ${person}: already so`];
  if (state.what === 'role') return [`~ ${person}: ${state.from} → ${state.to}`];
  return [
    ...(state.to !== 'in' && (state.from === 'in' || state.from === 'invited')
      ? [`- ${person}, ${WAS[state.from]}`]
      : []),
    ...(state.to === 'banned' ? [`+ ban of ${person}`] : []),
    ...(state.from === 'banned' && state.to === 'out' ? [`- ban of ${person}`] : []),
    ...(state.from === state.to && state.to === 'out' ? [`- ${person}, on one side`] : []),
  ];
}

const WAS = { in: 'a member', invited: 'invited' } as const;

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
  const refused = people.filter(({ outcome }) => outcome === 'refused');
  const names = refused.map(({ user }) => user).join(', ');
  const problem = (): RcfedError =>
    new RcfedError(
      refused.length === people.length ? 'RCFED_REFUSED' : 'RCFED_PARTLY_DONE',
      `${refused.length} of ${people.length} could not be ${deed}`,
      { why: `${names}.` },
    );
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
    ...(refused.length === 0 ? {} : { problem: problem() }),
  };
}
