import { type CommandResult } from '../../../cli/base-command.ts';
import {
  type ChangedMembersData,
  changeMembers,
  changedResult,
  memberArgs,
  moveFlags,
} from '../../../cli/change-members.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';

export default class RoomsMembersBan extends ServiceCommand<typeof RoomsMembersBan, ChangedMembersData> {
  static override summary = 'Ban people from a federated room, on both sides.';
  static override description =
    'They are removed and kept out until `rooms members unban`. Rocket.Chat bans members alone, and has no bans before 8.0: there people are removed, and kept out on Matrix.';
  static override examples = ["<%= config.bin %> rooms members ban general '@mallory:example.org' --reason spam"];
  static override schema = 'rooms-members-ban/1' as const;
  static override strict = false;
  static override args = memberArgs;
  static override flags = moveFlags;

  protected async execute(): Promise<CommandResult<ChangedMembersData>> {
    const { room } = this.args;
    const { reason, 'dry-run': dryRun } = this.flags;
    const change = { room, change: 'ban', reason, dryRun } as const;
    const changed = await this.withNotebook(
      (service, notebook) => changeMembers(service, notebook, this.words.slice(1), change),
      `Banning from ${room}`,
    );
    return changedResult(change, changed, `banned from ${room}`);
  }
}
