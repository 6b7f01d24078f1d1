import { type CommandResult } from '../../../cli/base-command.ts';
import {
  type ChangedMembersData,
  changeMembers,
  changedResult,
  memberArgs,
  moveFlags,
} from '../../../cli/change-members.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';

export default class RoomsMembersKick extends ServiceCommand<typeof RoomsMembersKick, ChangedMembersData> {
  static override summary = 'Remove people from a federated room, on both sides.';
  static override description =
    'Each by themselves: one whom a server keeps in the room stops nobody else. They may come back where the room is open; `rooms members ban` keeps them out.';
  static override examples = [
    '<%= config.bin %> rooms members kick general bob',
    "<%= config.bin %> rooms members kick general '@alice:example.org' --reason 'off topic'",
  ];
  static override schema = 'rooms-members-kick/1' as const;
  static override strict = false;
  static override args = memberArgs;
  static override flags = moveFlags;

  protected async execute(): Promise<CommandResult<ChangedMembersData>> {
    const { room } = this.args;
    const { reason, 'dry-run': dryRun } = this.flags;
    const change = { room, change: 'kick', reason, dryRun } as const;
    const changed = await this.withNotebook(
      (service, notebook) => changeMembers(service, notebook, this.words.slice(1), change),
      `Removing from ${room}`,
    );
    return changedResult(change, changed, `removed from ${room}`);
  }
}
