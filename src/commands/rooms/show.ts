import * as Args from '@oclif/core/args';
import { type CommandResult } from '../../cli/base-command.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { ShowView } from '../../lib/bridge/service/show-view.ts';
import { table } from '../../lib/output/table.ts';

export default class RoomsShow extends ServiceCommand<typeof RoomsShow, ShowView> {
  static override summary = 'Show everything about a federated room, on both sides.';
  static override examples = ['<%= config.bin %> rooms show general', '<%= config.bin %> rooms show general --json'];
  static override schema = 'rooms-show/1' as const;
  static override args = {
    room: Args.string({
      description: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room.',
      required: true,
    }),
  };

  protected async execute(): Promise<CommandResult<ShowView>> {
    const shown = await this.withService((service) => service.show({ room: this.args.room }));
    const lines = linesOf(shown).map(([what, value]) => ({ what, value }));
    return {
      data: shown,
      view: [
        table(
          [
            { title: 'What', value: ({ what }) => what },
            { title: 'Value', value: ({ value }) => value },
          ],
          lines,
        ),
      ],
      warnings: shown.room.problems,
    };
  }
}

type Line = readonly [what: string, value: string | number];
const yes = (is: boolean): string => (is ? 'yes' : 'no');

function linesOf({ room, workspace, matrix, setAside }: ShowView): readonly Line[] {
  return [
    ['Room', room.room],
    ['Type', room.type],
    ['State', room.state],
    ['Pruned messages on Matrix', room.retention],
    ['Waiting events', room.waiting],
    ['Events set aside', setAside],
    ['Rocket.Chat id', room.roomId],
    ...(workspace === null
      ? [['Rocket.Chat room', 'not seen by the bot'] as const]
      : ([
          ['Rocket.Chat members', workspace.members],
          ['Rocket.Chat archived', yes(workspace.archived)],
          ['Rocket.Chat read-only', yes(workspace.readOnly)],
          ['Rocket.Chat last message', workspace.lastMessage ?? 'none'],
        ] as const)),
    ['Matrix id', room.matrixRoomId ?? 'not made yet'],
    ['Matrix alias', room.alias ?? 'none of the bridge'],
    ...(matrix === null
      ? [['Matrix room', 'the bot is not in it'] as const]
      : ([
          ['Matrix version', matrix.version],
          ['Matrix members', matrix.members],
          ['Matrix join rule', matrix.joinRule],
          ['Matrix history', matrix.historyVisibility],
          ['Matrix directory', matrix.listed ? 'listed' : 'not listed'],
          ['Matrix encrypted', yes(matrix.encrypted)],
          ['Power of the bot', matrix.power ?? 'above all'],
          ['Matrix last event', matrix.lastEvent ?? 'none'],
        ] as const)),
  ];
}
