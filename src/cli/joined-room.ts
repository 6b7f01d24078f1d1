import type { JoinView } from '../lib/bridge/service/join-view.ts';
import type { RoomView } from '../lib/bridge/service/views.ts';
import type { CommandResult } from './base-command.ts';
import { type Planned, dryRunView } from './dry-run.ts';

export interface JoinedData extends Partial<Planned> {
  /** null: only said what would be done. */
  readonly room: RoomView | null;
  /** False: it was joined already. */
  readonly changed: boolean;
}

/** Of the commands by which a room of Matrix becomes one of Rocket.Chat. */
export function joinedResult(where: string, { room, changed, warnings, plan }: JoinView): CommandResult<JoinedData> {
  if (plan !== undefined) return { data: { room, changed, dryRun: true, plan }, view: dryRunView(plan), warnings };
  const already = changed ? '' : 'already ';
  return {
    data: { room, changed },
    view: [`${where} is ${already}the ${room?.type} ${room?.room} in Rocket.Chat.`],
    warnings,
  };
}
