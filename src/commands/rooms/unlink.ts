import * as Args from '@oclif/core/args';
import { type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag } from '../../cli/dry-run.ts';
import { type EndedData, endedResult, unlessUnknown } from '../../cli/linked-room.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import { RcfedError } from '../../lib/core/errors.ts';

export default class RoomsUnlink extends ServiceCommand<typeof RoomsUnlink, EndedData> {
  static override summary = 'End the link of a Rocket.Chat room with its Matrix room.';
  static override description =
    'Both rooms and their history stay. External Matrix accounts of colleagues leave the Matrix room; what still waited is not delivered.';
  static override examples = [
    '<%= config.bin %> rooms unlink general',
    '<%= config.bin %> rooms unlink general --yes',
    '<%= config.bin %> rooms unlink general --dry-run',
  ];
  static override schema = 'rooms-unlink/1' as const;
  static override args = {
    room: Args.string({
      description: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room.',
      required: true,
    }),
  };
  static override flags = dryRunFlag;

  protected async execute(): Promise<CommandResult<EndedData>> {
    const { room } = this.args;
    const { 'dry-run': dryRun } = this.flags;
    if (
      !dryRun &&
      !(await this.confirm(`End the link of ${room}? Nobody there sees the other side's messages any more.`))
    )
      throw new RcfedError('RCFED_DECLINED', `${room} stays linked`);
    const unlinked = await this.withRooms(
      (rooms) => unlessUnknown(rooms.unlink({ room, dryRun })),
      `Unlinking ${room}`,
    );
    return endedResult(unlinked, dryRun, {
      unknown: `${room} is not linked.`,
      done: (known) => `${known.room} is not linked any more.`,
    });
  }
}
