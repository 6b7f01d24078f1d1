import type { OpenDirectView } from '../lib/bridge/service/direct-view.ts';
import { table } from '../lib/output/table.ts';
import type { CommandResult } from './base-command.ts';

export type OpenDirectData = Omit<OpenDirectView, 'warnings'>;

/** How a direct message that was opened is shown. */
export function directResult({ warnings, ...data }: OpenDirectView): CommandResult<OpenDirectData> {
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
