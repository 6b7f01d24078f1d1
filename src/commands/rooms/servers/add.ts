import * as Args from '@oclif/core/args';
import { BaseCommand, type CommandResult } from '../../../cli/base-command.ts';
import { dryRunFlag, dryRunView, type Planned } from '../../../cli/dry-run.ts';

interface RoomsServersAddData extends Planned {
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
  static override flags = dryRunFlag;

  protected async execute(): Promise<CommandResult<RoomsServersAddData>> {
    const { serverNameOf } = await import('../../../lib/matrix/server-name.ts');
    const server = serverNameOf(this.args.server.trim().toLowerCase());
    const { savedServers, saveServer } = await import('../../../lib/config/server-list.ts');
    const { notebookInUse } = await import('../../../lib/journal/notebook.ts');
    const dryRun = this.flags['dry-run'];
    const isSaved = (await savedServers(this.context)).some((each) => each.server === server);
    const plan = [isSaved ? `= ${server} is saved already` : `+ server ${server}`];
    if (dryRun) return { data: { server, changed: false, dryRun, plan }, view: dryRunView(plan) };
    const notebook = await notebookInUse(this.context, this.settings.profile);
    const changed = await notebook.changing(
      isSaved ? [] : [{ kind: 'server', server, saved: true }],
      () => saveServer(this.context, server),
      (entry, isNew) => (isNew ? entry : undefined),
    );
    const said = changed ? `${server} is saved.` : `${server} is saved already.`;
    return { data: { server, changed, dryRun, plan }, view: [said] };
  }
}
