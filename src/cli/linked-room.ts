import type { BridgeService, LinkView, RoomView } from '../lib/bridge/service/views.ts';
import { RcfedError } from '../lib/core/errors.ts';
import type { CommandResult } from './base-command.ts';
import { type Planned, dryRunView } from './dry-run.ts';

export interface EndedData extends Partial<Planned> {
  /** As it was federated; null where it was not. */
  readonly room: RoomView | null;
  /** False: the room was not federated, or only said what would be done. */
  readonly changed: boolean;
}

/** For what ends a link: undefined where there is none, which is as wanted. */
export async function unlessUnknown(asked: ReturnType<BridgeService['unlink']>): Promise<LinkView | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RcfedError && error.code === 'RCFED_ROOM_UNKNOWN') return undefined;
    throw error;
  }
}

/**
 * Of the commands that end a link.
 * @param ended undefined: there was none
 * @param said what is said then, and what where it ended
 */
export function endedResult(
  ended: LinkView | undefined,
  dryRun: boolean,
  said: { readonly unknown: string; readonly done: (room: RoomView) => string },
): CommandResult<EndedData> {
  const { room = null, warnings = [], plan = [`= ${said.unknown}`] } = ended ?? {};
  if (dryRun) return { data: { room, changed: false, dryRun, plan }, view: dryRunView(plan), warnings };
  if (room === null) return { data: { room, changed: false }, view: [said.unknown] };
  return { data: { room, changed: true }, view: [said.done(room)], warnings };
}
