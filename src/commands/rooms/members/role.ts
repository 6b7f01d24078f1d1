import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../../cli/base-command.ts';
import { type ChangedMembersData, changeMembers, changedResult, memberArgs } from '../../../cli/change-members.ts';
import { dryRunFlag } from '../../../cli/dry-run.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';
import type { MemberRole } from '../../../lib/bridge/service/members-view.ts';

const ROLES = ['owner', 'moderator', 'muted', 'none'] as const satisfies readonly MemberRole[];

export default class RoomsMembersRole extends ServiceCommand<typeof RoomsMembersRole, ChangedMembersData> {
  static override summary = 'Make people owners or moderators of a federated room, or mute them, on both sides.';
  static override description =
    'On Matrix an owner has power level 100, a moderator 50; who is muted has less than writing needs. Whoever is a `leader` in Rocket.Chat stays one: Matrix has no such thing.';
  static override examples = [
    '<%= config.bin %> rooms members role general bob --role moderator',
    "<%= config.bin %> rooms members role general '@alice:example.org' --role none",
  ];
  static override schema = 'rooms-members-role/1' as const;
  static override strict = false;
  static override args = memberArgs;
  static override flags = {
    role: Flags.string({
      summary: 'What they are to be.',
      env: 'RCFED_ROLE',
      helpValue: ROLES.join('|'),
      options: [...ROLES],
      required: true,
    }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<ChangedMembersData>> {
    const { room } = this.args;
    const { 'dry-run': dryRun } = this.flags;
    const role = this.flags.role as MemberRole;
    const change = { room, change: role, dryRun };
    const changed = await this.withNotebook(
      (service, notebook) => changeMembers(service, notebook, this.words.slice(1), change),
      `Changing roles in ${room}`,
    );
    const deed = role === 'none' ? 'left without a role' : role === 'muted' ? 'muted' : `made ${role}`;
    return changedResult(change, changed, `${deed} in ${room}`);
  }
}
