import type { AccessChangeView } from '../lib/bridge/service/views.ts';
import type { View } from '../lib/output/view.ts';
import type { CommandResult } from './base-command.ts';

export type AccessChangeData = Omit<AccessChangeView, 'warnings'>;

/** What the three commands that change the access rules answer. */
export function accessChanged(
  { warnings, ...data }: AccessChangeView,
  said: { readonly changed: string; readonly already: string },
): CommandResult<AccessChangeData> {
  const view: View = [data.changed ? said.changed : said.already];
  return { data, view, warnings };
}
