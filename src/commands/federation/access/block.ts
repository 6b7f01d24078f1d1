import { type AccessChangeData, AccessChangeCommand, patternArgs } from '../../../cli/access-change-command.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { dryRunFlag } from '../../../cli/dry-run.ts';

export default class FederationAccessBlock extends AccessChangeCommand<typeof FederationAccessBlock> {
  static override summary = 'Keep people of a Matrix server out.';
  static override description =
    'What they write is not carried over any more, and invitations to and from them are refused. It is in force at once, and written into the Matrix rooms that the bot may change.';
  static override examples = [
    '<%= config.bin %> federation access block example.org',
    "<%= config.bin %> federation access block '*.example.org'",
  ];
  static override args = patternArgs;
  static override flags = dryRunFlag;
  static override schema = 'federation-access-block/1' as const;

  protected execute(): Promise<CommandResult<AccessChangeData>> {
    return this.changed('block', { changed: 'is blocked', already: 'is blocked already' });
  }
}
