import { BaseCommand, type CommandResult } from '../../../cli/base-command.ts';
import type { SavedServer } from '../../../lib/config/server-list.ts';
import { table } from '../../../lib/output/table.ts';

interface RoomsServersListData {
  readonly servers: readonly SavedServer[];
}

export default class RoomsServersList extends BaseCommand<typeof RoomsServersList, RoomsServersListData> {
  static override summary = 'List the servers that `rooms search --all-servers` searches.';
  static override description = "The homeserver's own rooms are searched besides.";
  static override examples = ['<%= config.bin %> rooms servers list'];
  static override schema = 'rooms-servers-list/1' as const;

  protected async execute(): Promise<CommandResult<RoomsServersListData>> {
    const { savedServers } = await import('../../../lib/config/server-list.ts');
    const servers = await savedServers(this.context);
    return {
      data: { servers },
      view: [
        table(
          [
            { title: 'Server', value: ({ server }) => server },
            { title: 'Always', value: ({ isDefault }) => (isDefault ? 'yes' : 'no') },
          ],
          servers,
        ),
      ],
    };
  }
}
