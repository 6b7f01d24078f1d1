import { type CommandResult } from '../../../cli/base-command.ts';
import {
  type ChangedMembersData,
  changeMembers,
  changedResult,
  memberArgs,
  reasonFlag,
} from '../../../cli/change-members.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';

export default class RoomsMembersUnban extends ServiceCommand<typeof RoomsMembersUnban, ChangedMembersData> {
  static override summary = 'End the ban of people from a federated room, on both sides.';
  static override description = 'Nobody becomes a member again by it: invite them.';
  static override examples = ["<%= config.bin %> rooms members unban general '@mallory:example.org'"];
  static override schema = 'rooms-members-unban/1' as const;
  static override strict = false;
  static override args = memberArgs;
  static override flags = reasonFlag;

  protected async execute(): Promise<CommandResult<ChangedMembersData>> {
    const { room } = this.args;
    const { reason } = this.flags;
    const people = await this.withService(
      (service) => changeMembers(service, this.words.slice(1), { room, change: 'unban', reason }),
      `Ending bans in ${room}`,
    );
    return changedResult(room, people, `let into ${room}`);
  }
}
