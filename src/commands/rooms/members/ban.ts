import { type CommandResult } from '../../../cli/base-command.ts';
import {
  type ChangedMembersData,
  changeMembers,
  changedResult,
  memberArgs,
  reasonFlag,
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
  static override flags = reasonFlag;

  protected async execute(): Promise<CommandResult<ChangedMembersData>> {
    const { room } = this.args;
    const { reason } = this.flags;
    const people = await this.withService(
      (service) => changeMembers(service, this.words.slice(1), { room, change: 'ban', reason }),
      `Banning from ${room}`,
    );
    return changedResult(room, people, `banned from ${room}`);
  }
}
