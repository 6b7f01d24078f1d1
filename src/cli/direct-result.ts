import type { OpenDirectView } from '../lib/bridge/service/direct-view.ts';
import { table } from '../lib/output/table.ts';
import type { CommandResult } from './base-command.ts';
import { type Planned, dryRunView } from './dry-run.ts';

export type OpenDirectData = Omit<OpenDirectView, 'warnings' | 'plan'> & Partial<Planned>;

/** How a direct message that was opened is shown. */
export function directResult({ warnings, plan, ...data }: OpenDirectView): CommandResult<OpenDirectData> {
  if (plan !== undefined) return { data: { ...data, dryRun: true, plan }, view: dryRunView(plan), warnings };
  return {
    data,
    view: [
      data.changed ? `${data.room} is open on both sides.` : `${data.room} is open already.`,
      table(
        [
          { title: 'Person', value: ({ user }) => user },
          { title: 'In Rocket.Chat', value: ({ username }) => username },
        ],
        data.people,
      ),
    ],
    warnings,
  };
}
