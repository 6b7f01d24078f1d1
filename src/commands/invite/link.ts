import * as Args from '@oclif/core/args';
import { type CommandResult } from '../../cli/base-command.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import { shellWord } from '../../lib/core/shell-word.ts';
import type { InviteLinkView } from '../../lib/bridge/service/views.ts';

export default class InviteLink extends ServiceCommand<typeof InviteLink, InviteLinkView> {
  static override summary = 'Print a link by which people on Matrix find a federated room.';
  static override examples = ['<%= config.bin %> invite link general'];
  static override schema = 'invite-link/1' as const;
  static override args = {
    room: Args.string({
      description: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room.',
      required: true,
    }),
  };

  protected async execute(): Promise<CommandResult<InviteLinkView>> {
    const found = await this.withService((service) => service.inviteLink({ room: this.args.room }));
    return {
      data: found,
      view: [found.link],
      warnings: found.open
        ? []
        : [`Only who is invited can join: rcfed invite user '@alice:example.org' --room ${shellWord(found.room)}`],
    };
  }
}
