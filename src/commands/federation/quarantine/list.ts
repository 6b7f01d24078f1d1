import { type CommandResult } from '../../../cli/base-command.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';
import type { AsideView } from '../../../lib/bridge/service/views.ts';
import { table } from '../../../lib/output/table.ts';

interface QuarantineListData {
  readonly events: readonly AsideView[];
}

export default class QuarantineList extends ServiceCommand<typeof QuarantineList, QuarantineListData> {
  static override summary = 'List the events that could not be applied and are set aside.';
  static override examples = [
    '<%= config.bin %> federation quarantine list',
    '<%= config.bin %> federation quarantine list --json',
  ];
  static override schema = 'federation-quarantine-list/1' as const;

  protected async execute(): Promise<CommandResult<QuarantineListData>> {
    const events = await this.withService((service) => service.asideRows());
    return {
      data: { events },
      view: [
        table(
          [
            { title: 'Id', value: ({ id }) => id },
            { title: 'Since', value: ({ since }) => since },
            { title: 'From', value: ({ side }) => (side === 'workspace' ? 'Rocket.Chat' : 'Matrix') },
            { title: 'Room', value: ({ room }) => room },
            { title: 'Type', value: ({ type }) => type },
            { title: 'Reason', value: ({ reason }) => reason },
            { title: 'Event', value: ({ ref }) => ref },
          ],
          events,
        ),
      ],
      ...(events.length === 0 ? { warnings: ['Nothing is set aside.'] } : {}),
    };
  }
}
