import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { type OpenDirectData, directResult } from '../../cli/direct-result.ts';
import { dryRunFlag } from '../../cli/dry-run.ts';
import { ServiceCommand } from '../../cli/service-command.ts';

export default class InviteDm extends ServiceCommand<typeof InviteDm, OpenDirectData> {
  static override summary = 'Open a direct message with people on Matrix.';
  static override description =
    'With one person, or with several and users of the workspace among them. All of them or nobody: Rocket.Chat adds nobody to a direct message later.';
  static override examples = [
    "<%= config.bin %> invite dm '@alice:example.org'",
    "<%= config.bin %> invite dm '@alice:example.org' '@carol:example.net' dave --as bob",
    "<%= config.bin %> invite dm '@alice:example.org' --dry-run",
  ];
  static override schema = 'invite-dm/1' as const;
  static override strict = false;
  static override args = {
    user: Args.string({
      description: 'Matrix ids, one or more: @alice:example.org. Usernames of the workspace may be among them.',
      required: true,
    }),
  };
  static override flags = {
    as: Flags.string({
      summary: 'Username of the one whose direct message it is; yourself, unless you are an administrator.',
      env: 'RCFED_AS',
      helpValue: 'USER',
    }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<OpenDirectData>> {
    const { as, 'dry-run': dryRun } = this.flags;
    const view = await this.withService(
      (service) => service.openDirect({ users: [...new Set(this.words)], as, dryRun }),
      'Opening the direct message',
    );
    return directResult(view);
  }
}
