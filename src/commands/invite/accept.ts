import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag } from '../../cli/dry-run.ts';
import { joinedResult, type JoinedData } from '../../cli/joined-room.ts';
import { ServiceCommand } from '../../cli/service-command.ts';

export default class InviteAccept extends ServiceCommand<typeof InviteAccept, JoinedData> {
  static override summary = 'Accept an invitation of the bot: the room becomes one of Rocket.Chat.';
  static override examples = [
    "<%= config.bin %> invite accept '!abcdef:example.org'",
    "<%= config.bin %> invite accept '!abcdef:example.org' --name partners",
    "<%= config.bin %> invite accept '!abcdef:example.org' --dry-run",
  ];
  static override schema = 'invite-accept/1' as const;
  static override args = {
    room: Args.string({ description: 'Id of the Matrix room, as `invite list` shows it.', required: true }),
  };
  static override flags = {
    name: Flags.string({
      summary: 'Name of the Rocket.Chat room; unset: as on Matrix.',
      env: 'RCFED_NAME',
      helpValue: 'NAME',
    }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<JoinedData>> {
    const { room } = this.args;
    const { name, 'dry-run': dryRun } = this.flags;
    const joined = await this.withRooms((rooms) => rooms.acceptInvitation({ room, name, dryRun }), `Joining ${room}`);
    return joinedResult(room, joined);
  }
}
