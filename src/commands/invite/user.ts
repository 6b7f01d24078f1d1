import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { type InviteData, invitedResult, invitePeople } from '../../cli/invite-people.ts';
import { ServiceCommand } from '../../cli/service-command.ts';

export default class InviteUser extends ServiceCommand<typeof InviteUser, InviteData> {
  static override summary = 'Invite people on Matrix into a federated room.';
  static override description =
    'Each by themselves: one that is refused keeps nobody else out. Exits with 9 if some could not be invited.';
  static override examples = [
    "<%= config.bin %> invite user '@alice:example.org' --room general",
    '<%= config.bin %> invite user $(cat people.txt) --room general --json',
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
  };

  protected async execute(): Promise<CommandResult<InviteData>> {
    const { room } = this.flags;
    const people = await this.withService(
      (service) => invitePeople(service, room, this.words),
      `Inviting into ${room}`,
    );
    return invitedResult(room, people);
  }
}
