import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { rehearsalLines } from '../../cli/rehearsal.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { RehearsalView } from '../../lib/bridge/service/rehearse-view.ts';
import type { RoomView } from '../../lib/bridge/service/views.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import { shellWord } from '../../lib/core/shell-word.ts';

interface RoomsLinkData {
  /** null: it was only rehearsed. */
  readonly room: RoomView | null;
  /** False: the rooms were linked already. */
  readonly changed: boolean;
  /** With --dry-run. */
  readonly rehearsal?: RehearsalView;
}

export default class RoomsLink extends ServiceCommand<typeof RoomsLink, RoomsLinkData> {
  static override summary = 'Link a Rocket.Chat room with a Matrix room.';
  static override description =
    'From now on messages cross both ways; what was written before stays where it is. What is pruned in Rocket.Chat stays on Matrix unless --retention says redact; said again for a linked room, it changes. A private group is seen only with the bot in it, and needs it as a moderator.';
  static override examples = [
    '<%= config.bin %> rooms link general --new',
    "<%= config.bin %> rooms link general '#general:example.org'",
    "<%= config.bin %> rooms link general '!abcdef:example.org' --via example.org",
    '<%= config.bin %> rooms link general --new --retention redact',
    "<%= config.bin %> rooms link general '#general:example.org' --dry-run",
  ];
  static override schema = 'rooms-link/1' as const;
  static override args = {
    room: Args.string({ description: 'Name or id of the Rocket.Chat room.', required: true }),
    'matrix-room': Args.string({ description: 'Alias or id of the Matrix room; none with --new.' }),
  };
  static override flags = {
    new: Flags.boolean({ summary: 'Make a new Matrix room.', env: 'RCFED_NEW' }),
    via: Flags.string({
      summary: 'Server to join a room id through; may be given several times.',
      env: 'RCFED_VIA',
      helpValue: 'SERVER',
      multiple: true,
    }),
    retention: Flags.option({
      summary:
        'What becomes of messages on Matrix that are pruned in Rocket.Chat, by its retention policy or an admin.',
      env: 'RCFED_RETENTION',
      options: ['keep', 'redact'] as const,
    })(),
    'dry-run': Flags.boolean({
      summary: 'Only say what it would mean: people, seats, names, history, what degrades, requests.',
      env: 'RCFED_DRY_RUN',
    }),
  };

  protected async execute(): Promise<CommandResult<RoomsLinkData>> {
    const { room, 'matrix-room': matrixRoom } = this.args;
    if ((matrixRoom === undefined) !== this.flags.new) {
      throw new RcfedError('RCFED_USAGE', 'Name either a Matrix room or --new, not both', {
        try: [`rcfed rooms link ${shellWord(room)} --new`, `rcfed rooms link ${shellWord(room)} '#name:example.org'`],
      });
    }
    if (this.flags['dry-run']) return this.rehearse(room, matrixRoom);
    const linked = await this.withRooms(
      (rooms) => rooms.link({ room, matrixRoom, via: this.flags.via, retention: this.flags.retention }),
      `Linking ${room}`,
    );
    const where = linked.room.alias ?? linked.room.matrixRoomId ?? 'a Matrix room';
    return {
      data: { room: linked.room, changed: linked.changed },
      view: [
        linked.changed
          ? `${linked.room.room} is linked with ${where}.`
          : `${linked.room.room} is already linked with ${where}.`,
      ],
      warnings: linked.warnings,
    };
  }

  private async rehearse(room: string, matrixRoom: string | undefined): Promise<CommandResult<RoomsLinkData>> {
    const rehearsal = await this.withService((service) => service.rehearse({ room, matrixRoom }), `Rehearsing ${room}`);
    return { data: { room: null, changed: false, rehearsal }, view: rehearsalLines(rehearsal) };
  }
}
