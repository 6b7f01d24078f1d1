import * as Args from '@oclif/core/args';
import { type AccessChangeData, accessChanged } from '../../../cli/access-change.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';

export default class FederationAccessRemove extends ServiceCommand<typeof FederationAccessRemove, AccessChangeData> {
  static override summary = 'Take a pattern out of the access rules.';
  static override description = 'Out of both lists. What was not carried over meanwhile is not carried over later.';
  static override examples = [
    '<%= config.bin %> federation access remove example.org',
    "<%= config.bin %> federation access remove '*.example.org'",
  ];
  static override schema = 'federation-access-remove/1' as const;
  static override args = {
    pattern: Args.string({
      description: 'A server name, or *. and a domain for every server below it.',
      required: true,
    }),
  };

  protected async execute(): Promise<CommandResult<AccessChangeData>> {
    const { pattern } = this.args;
    const result = await this.withService(
      (service) => service.changeAccess({ change: 'remove', pattern }),
      'Changing the rules',
    );
    return accessChanged(result, {
      changed: `${result.pattern} is in no list any more.`,
      already: `${result.pattern} is in no list.`,
    });
  }
}
