import * as Args from '@oclif/core/args';
import { type CommandResult } from '../../cli/base-command.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { RejectView } from '../../lib/bridge/service/invitations-view.ts';

export default class InviteReject extends ServiceCommand<typeof InviteReject, RejectView> {
  static override summary = 'Turn an invitation of the bot down.';
  static override examples = ["<%= config.bin %> invite reject '!abcdef:example.org'"];
  static override schema = 'invite-reject/1' as const;
  static override args = {
    room: Args.string({ description: 'Id of the Matrix room, as `invite list` shows it.', required: true }),
  };

  protected async execute(): Promise<CommandResult<RejectView>> {
    const { room } = this.args;
    const rejected = await this.withService((service) => service.rejectInvitation({ room }));
    return {
      data: rejected,
      view: [rejected.changed ? `The invitation into ${room} is turned down.` : `The bot is not invited into ${room}.`],
    };
  }
}
