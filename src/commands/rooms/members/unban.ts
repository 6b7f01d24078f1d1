import { type CommandResult } from '../../../cli/base-command.ts';
import {
  type ChangedMembersData,
  changeMembers,
  changedResult,
  memberArgs,
  moveFlags,
} from '../../../cli/change-members.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';

export default class RoomsMembersUnban extends ServiceCommand<typeof RoomsMembersUnban, ChangedMembersData> {
  static override summary = 'End the ban of people from a federated room, on both sides.';
  static override description = 'Nobody becomes a member again by it: invite them.';
  static override examples = ["<%= config.bin %> rooms members unban general '@mallory:example.org'"];
  static override schema = 'rooms-members-unban/1' as const;
  static override strict = false;
  static override args = memberArgs;
  static override flags = moveFlags;

  protected async execute(): Promise<CommandResult<ChangedMembersData>> {
    const { room } = this.args;
    const { reason, 'dry-run': dryRun } = this.flags;
    const change = { room, change: 'unban', reason, dryRun } as const;
    const changed = await this.withNotebook(
      (service, notebook) => changeMembers(service, notebook, this.words.slice(1), change),
      `Ending bans in ${room}`,
    );
    return changedResult(change, changed, `let into ${room}`);
  }
}
