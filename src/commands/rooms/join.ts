import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag } from '../../cli/dry-run.ts';
import { joinedResult, type JoinedData } from '../../cli/joined-room.ts';
import { ServiceCommand } from '../../cli/service-command.ts';

export default class RoomsJoin extends ServiceCommand<typeof RoomsJoin, JoinedData> {
  static override summary = 'Join a room on Matrix: it becomes a room of Rocket.Chat.';
  static override description =
    'A channel for a room that anybody may join, a private group for any other. A name that is taken gets a number. Where few people are in the room, each gets an account in Rocket.Chat at once; else when they first say something.';
  static override examples = [
    "<%= config.bin %> rooms join '#general:example.org'",
    "<%= config.bin %> rooms join '!abcdef:example.org' --via example.org --name partners",
    "<%= config.bin %> rooms join '#large:example.org' --max-members 0",
    "<%= config.bin %> rooms join '#general:example.org' --dry-run",
  ];
  static override schema = 'rooms-join/1' as const;
  static override args = {
    room: Args.string({ description: 'Alias or id of the Matrix room.', required: true }),
  };
  static override flags = {
    via: Flags.string({
      summary: 'Server to join through; may be given several times.',
      env: 'RCFED_VIA',
      helpValue: 'SERVER',
      multiple: true,
    }),
    name: Flags.string({
      summary: 'Name of the Rocket.Chat room; unset: as on Matrix.',
      env: 'RCFED_NAME',
      helpValue: 'NAME',
    }),
    'max-members': Flags.integer({
      summary: 'Give nobody an account at once where more people than that are in the room.',
      env: 'RCFED_MAX_MEMBERS',
      helpValue: 'N',
      min: 0,
      default: 20,
    }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<JoinedData>> {
    const { room } = this.args;
    const { via, name, 'max-members': maxMembers, 'dry-run': dryRun } = this.flags;
    const joined = await this.withRooms(
      (rooms) => rooms.join({ room, via, name, maxMembers, dryRun }),
      `Joining ${room}`,
    );
    return joinedResult(room, joined);
  }
}
