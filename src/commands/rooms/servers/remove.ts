import * as Args from '@oclif/core/args';
import { BaseCommand, type CommandResult } from '../../../cli/base-command.ts';
import { dryRunFlag, dryRunView, type Planned } from '../../../cli/dry-run.ts';
import { RcfedError } from '../../../lib/core/errors.ts';

interface RoomsServersRemoveData extends Planned {
  readonly server: string;
  /** False: it was not saved. */
  readonly changed: boolean;
}

export default class RoomsServersRemove extends BaseCommand<typeof RoomsServersRemove, RoomsServersRemoveData> {
  static override summary = 'Forget a saved server; its public rooms are not searched any more.';
  static override examples = ['<%= config.bin %> rooms servers remove example.org'];
  static override schema = 'rooms-servers-remove/1' as const;
  static override args = { server: Args.string({ description: 'Its server name.', required: true }) };
  static override flags = dryRunFlag;

  protected async execute(): Promise<CommandResult<RoomsServersRemoveData>> {
    const { serverNameOf } = await import('../../../lib/matrix/server-name.ts');
    const server = serverNameOf(this.args.server.trim().toLowerCase());
    const { forgetServer, savedServers } = await import('../../../lib/config/server-list.ts');
    const { notebookInUse } = await import('../../../lib/journal/notebook.ts');
    const dryRun = this.flags['dry-run'];
    const saved = (await savedServers(this.context)).find((each) => each.server === server);
    if (saved?.isDefault === true)
      throw new RcfedError('RCFED_SERVER_DEFAULT', `${server} is one of the servers that are always there`);
    const plan = [saved === undefined ? `= ${server} is not saved` : `- server ${server}`];
    if (dryRun) return { data: { server, changed: false, dryRun, plan }, view: dryRunView(plan) };
    const notebook = await notebookInUse(this.context, this.settings.profile);
    const changed = await notebook.changing(
      saved === undefined ? [] : [{ kind: 'server', server, saved: false }],
      () => forgetServer(this.context, server),
      (entry, wasThere) => (wasThere ? entry : undefined),
    );
    const said = changed ? `${server} is forgotten.` : `${server} is not saved.`;
    return { data: { server, changed, dryRun, plan }, view: [said] };
  }
}
