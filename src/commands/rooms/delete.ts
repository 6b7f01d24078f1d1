import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag } from '../../cli/dry-run.ts';
import { type EndedData, endedResult, unlessUnknown } from '../../cli/linked-room.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import { shellWord } from '../../lib/core/shell-word.ts';

export default class RoomsDelete extends ServiceCommand<typeof RoomsDelete, EndedData> {
  static override summary = 'Delete a federated room on both sides.';
  static override description =
    'In Rocket.Chat the room goes with all its messages. On Matrix people are told, the alias and the line in the directory go, and the external accounts of colleagues leave; other servers keep what was said. Asks for the name.';
  static override examples = [
    '<%= config.bin %> rooms delete our-team',
    '<%= config.bin %> rooms delete our-team --confirm our-team',
    '<%= config.bin %> rooms delete our-team --dry-run',
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
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<EndedData>> {
    const { room } = this.args;
    const { 'dry-run': dryRun } = this.flags;
    if (!dryRun && !this.settings.yes) await this.askForName(room);
    const gone = await this.withService(
      (service) => unlessUnknown(service.delete({ room, dryRun })),
      `Deleting ${room}`,
    );
    return endedResult(gone, dryRun, {
      unknown: `${room} is not a federated room.`,
      done: (known) => `${known.room} is deleted.`,
    });
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
      try: [`rcfed rooms delete ${shellWord(room)} --confirm ${shellWord(room)}`],
    });
  }
}
