import { type AccessChangeData, AccessChangeCommand, patternArgs } from '../../../cli/access-change-command.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { dryRunFlag } from '../../../cli/dry-run.ts';

export default class FederationAccessRemove extends AccessChangeCommand<typeof FederationAccessRemove> {
  static override summary = 'Take a pattern out of the access rules.';
  static override description = 'Out of both lists. What was not carried over meanwhile is not carried over later.';
  static override examples = [
    '<%= config.bin %> federation access remove example.org',
    "<%= config.bin %> federation access remove '*.example.org'",
  ];
  static override args = patternArgs;
  static override flags = dryRunFlag;
  static override schema = 'federation-access-remove/1' as const;

  protected execute(): Promise<CommandResult<AccessChangeData>> {
    return this.changed('remove', { changed: 'is in no list any more', already: 'is in no list' });
  }
}
