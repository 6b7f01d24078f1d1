import * as Args from '@oclif/core/args';
import { type AccessChangeData, accessChanged } from '../../../cli/access-change.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';

export default class FederationAccessBlock extends ServiceCommand<typeof FederationAccessBlock, AccessChangeData> {
  static override summary = 'Keep people of a Matrix server out.';
  static override description =
    'What they write is not carried over any more, and invitations to and from them are refused. It is in force at once, and written into the Matrix rooms that the bot may change.';
  static override examples = [
    '<%= config.bin %> federation access block example.org',
    "<%= config.bin %> federation access block '*.example.org'",
  ];
  static override schema = 'federation-access-block/1' as const;
  static override args = {
    pattern: Args.string({
      description: 'A server name, or *. and a domain for every server below it.',
      required: true,
    }),
  };

  protected async execute(): Promise<CommandResult<AccessChangeData>> {
    const { pattern } = this.args;
    const result = await this.withService(
      (service) => service.changeAccess({ change: 'block', pattern }),
      'Changing the rules',
    );
    return accessChanged(result, {
      changed: `${result.pattern} is blocked.`,
      already: `${result.pattern} is blocked already.`,
    });
  }
}
