import { invitationsInWords } from '../lib/bridge/service/invite-plan.ts';
import { problemOf } from '../lib/bridge/service/refused-people.ts';
import type { BridgeService, InviteView } from '../lib/bridge/service/views.ts';
import { table } from '../lib/output/table.ts';
import type { CommandResult } from './base-command.ts';
import { type Planned, dryRunView } from './dry-run.ts';

/** People that the bridge takes at once; each takes the homeserver a moment. */
const CHUNK = 20;

export interface InviteData extends Partial<Planned> {
  readonly room: string;
  readonly people: readonly InviteView[];
}

/** Nobody twice, so many at a time that no request takes too long. */
export async function inChunks<Result>(
  users: readonly string[],
  ask: (users: readonly string[]) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const wanted = [...new Set(users.map((user) => user.trim()))];
  const results: Result[] = [];
  for (let from = 0; from < wanted.length; from += CHUNK)
    results.push(...(await ask(wanted.slice(from, from + CHUNK))));
  return results;
}

export const invitePeople = (
  service: Pick<BridgeService, 'invite'>,
  room: string,
  users: readonly string[],
  dryRun: boolean,
): Promise<readonly InviteView[]> => inChunks(users, (chunk) => service.invite({ room, users: chunk, dryRun }));

/** Exit 0: everybody is invited; 1: nobody could be; 9: some could not, and are named. */
export function invitedResult(room: string, people: readonly InviteView[], dryRun: boolean): CommandResult<InviteData> {
  const problem = problemOf(people, `could not be invited to ${room}`);
  const plan = invitationsInWords(people);
  if (dryRun) return { data: { room, people, dryRun, plan }, view: dryRunView(plan), ...(problem && { problem }) };
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
    ...(problem === undefined ? {} : { problem }),
  };
}
