import * as Args from '@oclif/core/args';
import { type CommandResult } from '../../cli/base-command.ts';
import { type Planned, dryRunFlag, dryRunView } from '../../cli/dry-run.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { RejectView } from '../../lib/bridge/service/invitations-view.ts';

type RejectData = Omit<RejectView, 'plan'> & Partial<Planned>;

export default class InviteReject extends ServiceCommand<typeof InviteReject, RejectData> {
  static override summary = 'Turn an invitation of the bot down.';
  static override examples = [
    "<%= config.bin %> invite reject '!abcdef:example.org'",
    "<%= config.bin %> invite reject '!abcdef:example.org' --dry-run",
  ];
  static override schema = 'invite-reject/1' as const;
  static override args = {
    room: Args.string({ description: 'Id of the Matrix room, as `invite list` shows it.', required: true }),
  };
  static override flags = dryRunFlag;

  protected async execute(): Promise<CommandResult<RejectData>> {
    const { room } = this.args;
    const { 'dry-run': dryRun } = this.flags;
    const { plan = [], ...rejected } = await this.withService((service) => service.rejectInvitation({ room, dryRun }));
    if (dryRun) return { data: { ...rejected, dryRun, plan }, view: dryRunView(plan) };
    return {
      data: rejected,
      view: [rejected.changed ? `The invitation into ${room} is turned down.` : `The bot is not invited into ${room}.`],
    };
  }
}
