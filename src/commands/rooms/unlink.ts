import * as Args from '@oclif/core/args';
import { type CommandResult } from '../../cli/base-command.ts';
import { unlessUnknown } from '../../cli/linked-room.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { RoomView } from '../../lib/bridge/service/views.ts';
import { RcfedError } from '../../lib/core/errors.ts';

interface RoomsUnlinkData {
  /** As it was linked; null where it was not. */
  readonly room: RoomView | null;
  /** False: the room was not linked. */
  readonly changed: boolean;
}

export default class RoomsUnlink extends ServiceCommand<typeof RoomsUnlink, RoomsUnlinkData> {
  static override summary = 'End the link of a Rocket.Chat room with its Matrix room.';
  static override description =
    'Both rooms and their history stay. External Matrix accounts of colleagues leave the Matrix room; what still waited is not delivered.';
  static override examples = ['<%= config.bin %> rooms unlink general', '<%= config.bin %> rooms unlink general --yes'];
  static override schema = 'rooms-unlink/1' as const;
  static override args = {
    room: Args.string({
      description: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room.',
      required: true,
    }),
  };

  protected async execute(): Promise<CommandResult<RoomsUnlinkData>> {
    const { room } = this.args;
    if (!(await this.confirm(`End the link of ${room}? Nobody there sees the other side's messages any more.`)))
      throw new RcfedError('RCFED_DECLINED', `${room} stays linked`);
    const unlinked = await this.withService((service) => unlessUnknown(service.unlink({ room })), `Unlinking ${room}`);
    if (unlinked === undefined) return { data: { room: null, changed: false }, view: [`${room} is not linked.`] };
    return {
      data: { room: unlinked.room, changed: true },
      view: [`${unlinked.room.room} is not linked any more.`],
      warnings: unlinked.warnings,
    };
  }
}
