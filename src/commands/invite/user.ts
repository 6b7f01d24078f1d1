import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag } from '../../cli/dry-run.ts';
import { type InviteData, invitedResult, invitePeople } from '../../cli/invite-people.ts';
import { ServiceCommand } from '../../cli/service-command.ts';

export default class InviteUser extends ServiceCommand<typeof InviteUser, InviteData> {
  static override summary = 'Invite people on Matrix into a federated room.';
  static override description =
    'Each by themselves: one that is refused keeps nobody else out. Exits with 9 if some could not be invited.';
  static override examples = [
    "<%= config.bin %> invite user '@alice:example.org' --room general",
    '<%= config.bin %> invite user $(cat people.txt) --room general --json',
    "<%= config.bin %> invite user '@alice:example.org' --room general --dry-run",
  ];
  static override schema = 'invite-user/1' as const;
  static override strict = false;
  static override args = {
    user: Args.string({ description: 'Matrix ids, one or more: @alice:example.org.', required: true }),
  };
  static override flags = {
    room: Flags.string({
      summary: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room.',
      env: 'RCFED_ROOM',
      helpValue: 'ROOM',
      required: true,
    }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<InviteData>> {
    const { room, 'dry-run': dryRun } = this.flags;
    const people = await this.withService(
      (service) => invitePeople(service, room, this.words, dryRun),
      `Inviting into ${room}`,
    );
    return invitedResult(room, people, dryRun);
  }
}
