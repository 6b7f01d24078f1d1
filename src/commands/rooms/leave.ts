import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { unlessUnknown } from '../../cli/linked-room.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { RoomView } from '../../lib/bridge/service/views.ts';
import { RcfedError } from '../../lib/core/errors.ts';

interface RoomsLeaveData {
  /** As it was linked; null where it was not. */
  readonly room: RoomView | null;
  /** False: the room was not federated. */
  readonly changed: boolean;
}

export default class RoomsLeave extends ServiceCommand<typeof RoomsLeave, RoomsLeaveData> {
  static override summary = 'Leave the Matrix room of a federated room.';
  static override description =
    'External Matrix accounts of colleagues and the bot leave, and people in Rocket.Chat are told. Their room stays, with its history; --archive closes it for writing.';
  static override examples = [
    '<%= config.bin %> rooms leave partners',
    "<%= config.bin %> rooms leave '#general:example.org' --archive --yes",
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
  };

  protected async execute(): Promise<CommandResult<RoomsLeaveData>> {
    const { room } = this.args;
    const { archive } = this.flags;
    if (
      !(await this.confirm(`Leave the Matrix room of ${room}? Nobody there sees the other side's messages any more.`))
    )
      throw new RcfedError('RCFED_DECLINED', `${room} stays federated`);
    const left = await this.withService(
      (service) => unlessUnknown(service.leave({ room, archive })),
      `Leaving the Matrix room of ${room}`,
    );
    if (left === undefined) return { data: { room: null, changed: false }, view: [`${room} is not federated.`] };
    return {
      data: { room: left.room, changed: true },
      view: [`${left.room.room} is not federated any more${archive ? ', and archived' : ''}.`],
      warnings: left.warnings,
    };
  }
}
