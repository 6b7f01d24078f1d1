import * as Args from '@oclif/core/args';
import { type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag } from '../../cli/dry-run.ts';
import { type InviteData, invitedResult, invitePeople } from '../../cli/invite-people.ts';
import { ServiceCommand } from '../../cli/service-command.ts';

export default class RoomsInvite extends ServiceCommand<typeof RoomsInvite, InviteData> {
  static override summary = 'Invite people on Matrix into a federated room; the same as `invite user`.';
  static override examples = [
    "<%= config.bin %> rooms invite general '@alice:example.org' '@bob:example.org'",
    "<%= config.bin %> rooms invite general '@alice:example.org' --dry-run",
  ];
  static override schema = 'rooms-invite/1' as const;
  static override strict = false;
  static override args = {
    room: Args.string({
      description: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room.',
      required: true,
    }),
    user: Args.string({ description: 'Matrix ids, one or more: @alice:example.org.', required: true }),
  };
  static override flags = dryRunFlag;

  protected async execute(): Promise<CommandResult<InviteData>> {
    const { room } = this.args;
    const { 'dry-run': dryRun } = this.flags;
    const people = await this.withService(
      (service) => invitePeople(service, room, this.words.slice(1), dryRun),
      `Inviting into ${room}`,
    );
    return invitedResult(room, people, dryRun);
  }
}
