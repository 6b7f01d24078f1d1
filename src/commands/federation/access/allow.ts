import { type AccessChangeData, AccessChangeCommand, patternArgs } from '../../../cli/access-change-command.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { dryRunFlag } from '../../../cli/dry-run.ts';

export default class FederationAccessAllow extends AccessChangeCommand<typeof FederationAccessAllow> {
  static override summary = 'Let people of a Matrix server in.';
  static override description =
    'With the first one, everybody who is on no such server is kept out. What is blocked stays blocked. It is in force at once, and written into the Matrix rooms that the bot may change.';
  static override examples = [
    '<%= config.bin %> federation access allow example.org',
    "<%= config.bin %> federation access allow '*.example.org'",
  ];
  static override args = patternArgs;
  static override flags = dryRunFlag;
  static override schema = 'federation-access-allow/1' as const;

  protected execute(): Promise<CommandResult<AccessChangeData>> {
    return this.changed('allow', { changed: 'is allowed', already: 'is allowed already' });
  }
}
