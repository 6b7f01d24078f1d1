import * as Args from '@oclif/core/args';
import { BaseCommand, type CommandResult } from '../../../cli/base-command.ts';
import { RcfedError } from '../../../lib/core/errors.ts';

interface RoomsServersRemoveData {
  readonly server: string;
  /** False: it was not saved. */
  readonly changed: boolean;
}

export default class RoomsServersRemove extends BaseCommand<typeof RoomsServersRemove, RoomsServersRemoveData> {
  static override summary = 'Forget a saved server; its public rooms are not searched any more.';
  static override examples = ['<%= config.bin %> rooms servers remove example.org'];
  static override schema = 'rooms-servers-remove/1' as const;
  static override args = { server: Args.string({ description: 'Its server name.', required: true }) };

  protected async execute(): Promise<CommandResult<RoomsServersRemoveData>> {
    const { serverNameOf } = await import('../../../lib/matrix/server-name.ts');
    const server = serverNameOf(this.args.server.trim().toLowerCase());
    const { forgetServer } = await import('../../../lib/config/server-list.ts');
    const changed = await forgetServer(this.context, server);
    if (changed === 'default')
      throw new RcfedError('RCFED_SERVER_DEFAULT', `${server} is one of the servers that are always there`);
    return { data: { server, changed }, view: [changed ? `${server} is forgotten.` : `${server} is not saved.`] };
  }
}
