import * as Args from '@oclif/core/args';
import { BaseCommand, type CommandResult } from '../../../cli/base-command.ts';

interface RoomsServersAddData {
  readonly server: string;
  /** False: it was there already. */
  readonly changed: boolean;
}

export default class RoomsServersAdd extends BaseCommand<typeof RoomsServersAdd, RoomsServersAddData> {
  static override summary = 'Save a server whose public rooms are to be searched.';
  static override examples = ['<%= config.bin %> rooms servers add example.org'];
  static override schema = 'rooms-servers-add/1' as const;
  static override args = {
    server: Args.string({ description: 'Its server name, as at the end of its user ids.', required: true }),
  };

  protected async execute(): Promise<CommandResult<RoomsServersAddData>> {
    const { serverNameOf } = await import('../../../lib/matrix/server-name.ts');
    const server = serverNameOf(this.args.server.trim().toLowerCase());
    const { saveServer } = await import('../../../lib/config/server-list.ts');
    const changed = await saveServer(this.context, server);
    return { data: { server, changed }, view: [changed ? `${server} is saved.` : `${server} is saved already.`] };
  }
}
