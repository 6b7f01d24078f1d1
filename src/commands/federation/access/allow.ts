import * as Args from '@oclif/core/args';
import { type AccessChangeData, accessChanged } from '../../../cli/access-change.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';

export default class FederationAccessAllow extends ServiceCommand<typeof FederationAccessAllow, AccessChangeData> {
  static override summary = 'Let people of a Matrix server in.';
  static override description =
    'With the first one, everybody who is on no such server is kept out. What is blocked stays blocked. It is in force at once, and written into the Matrix rooms that the bot may change.';
  static override examples = [
    '<%= config.bin %> federation access allow example.org',
    "<%= config.bin %> federation access allow '*.example.org'",
  ];
  static override schema = 'federation-access-allow/1' as const;
  static override args = {
    pattern: Args.string({
      description: 'A server name, or *. and a domain for every server below it.',
      required: true,
    }),
  };

  protected async execute(): Promise<CommandResult<AccessChangeData>> {
    const { pattern } = this.args;
    const result = await this.withService(
      (service) => service.changeAccess({ change: 'allow', pattern }),
      'Changing the rules',
    );
    return accessChanged(result, {
      changed: `${result.pattern} is allowed.`,
      already: `${result.pattern} is allowed already.`,
    });
  }
}
