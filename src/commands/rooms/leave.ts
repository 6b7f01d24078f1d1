import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag } from '../../cli/dry-run.ts';
import { type EndedData, endedResult, unlessUnknown } from '../../cli/linked-room.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import { RcfedError } from '../../lib/core/errors.ts';

export default class RoomsLeave extends ServiceCommand<typeof RoomsLeave, EndedData> {
  static override summary = 'Leave the Matrix room of a federated room.';
  static override description =
    'External Matrix accounts of colleagues and the bot leave, and people in Rocket.Chat are told. Their room stays, with its history; --archive closes it for writing.';
  static override examples = [
    '<%= config.bin %> rooms leave partners',
    "<%= config.bin %> rooms leave '#general:example.org' --archive --yes",
    '<%= config.bin %> rooms leave partners --dry-run',
  ];
  static override schema = 'rooms-leave/1' as const;
  static override args = {
    room: Args.string({
      description: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room.',
      required: true,
    }),
  };
  static override flags = {
    archive: Flags.boolean({ summary: 'Archive the Rocket.Chat room.', env: 'RCFED_ARCHIVE' }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<EndedData>> {
    const { room } = this.args;
    const { archive, 'dry-run': dryRun } = this.flags;
    if (
      !dryRun &&
      !(await this.confirm(`Leave the Matrix room of ${room}? Nobody there sees the other side's messages any more.`))
    )
      throw new RcfedError('RCFED_DECLINED', `${room} stays federated`);
    const left = await this.withRooms(
      (rooms) => unlessUnknown(rooms.leave({ room, archive, dryRun })),
      `Leaving the Matrix room of ${room}`,
    );
    return endedResult(left, dryRun, {
      unknown: `${room} is not federated.`,
      done: (known) => `${known.room} is not federated any more${archive ? ', and archived' : ''}.`,
    });
  }
}
