import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { unlessUnknown } from '../../cli/linked-room.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { RoomView } from '../../lib/bridge/service/views.ts';
import { RcfedError } from '../../lib/core/errors.ts';

interface RoomsDeleteData {
  /** As it was; null where no such room was federated. */
  readonly room: RoomView | null;
  /** False: it was gone already. */
  readonly changed: boolean;
}

export default class RoomsDelete extends ServiceCommand<typeof RoomsDelete, RoomsDeleteData> {
  static override summary = 'Delete a federated room on both sides.';
  static override description =
    'In Rocket.Chat the room goes with all its messages. On Matrix people are told, the alias and the line in the directory go, and the external accounts of colleagues leave; other servers keep what was said. Asks for the name.';
  static override examples = [
    '<%= config.bin %> rooms delete our-team',
    '<%= config.bin %> rooms delete our-team --confirm our-team',
  ];
  static override schema = 'rooms-delete/1' as const;
  static override args = {
    room: Args.string({
      description: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room.',
      required: true,
    }),
  };
  static override flags = {
    confirm: Flags.string({
      summary: 'The room again, as it is named in the argument.',
      env: 'RCFED_CONFIRM',
      helpValue: 'ROOM',
    }),
  };

  protected async execute(): Promise<CommandResult<RoomsDeleteData>> {
    const { room } = this.args;
    if (!this.settings.yes) await this.askForName(room);
    const gone = await this.withService((service) => unlessUnknown(service.delete({ room })), `Deleting ${room}`);
    if (gone === undefined) return { data: { room: null, changed: false }, view: [`${room} is not a federated room.`] };
    return {
      data: { room: gone.room, changed: true },
      view: [`${gone.room.room} is deleted.`],
      warnings: gone.warnings,
    };
  }

  private async askForName(room: string): Promise<void> {
    const { confirm } = await this.ask({
      confirm: {
        flag: '--confirm ROOM',
        given: this.flags.confirm,
        ask: (prompts) => prompts.text(`This deletes ${room} and all its messages. Type its name again:`),
      },
    });
    if (confirm.trim() === room) return;
    throw new RcfedError('RCFED_DECLINED', `${room} stays: another name was typed`, {
      try: [`rcfed rooms delete ${room} --confirm ${room}`],
    });
  }
}
