import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import { shellWord } from '../../lib/core/shell-word.ts';
import type { ServersResult } from '../../lib/directory/search-servers.ts';
import { table } from '../../lib/output/table.ts';
import type { View } from '../../lib/output/view.ts';

const DEFAULT_LIMIT = 50;

export default class RoomsSearch extends ServiceCommand<typeof RoomsSearch, ServersResult> {
  static override summary = 'Search public Matrix rooms.';
  static override description =
    "The homeserver's own directory, or those of other servers, which the homeserver asks. Spaces are left out.";
  static override examples = [
    '<%= config.bin %> rooms search',
    '<%= config.bin %> rooms search matrix --server matrix.org --limit 10',
    '<%= config.bin %> rooms search --all --json',
  ];
  static override schema = 'rooms-search/1' as const;
  static override args = {
    term: Args.string({ description: 'Looked for in names, topics and aliases; none: every public room.' }),
  };
  static override flags = {
    server: Flags.string({
      summary: "Whose rooms; may be given several times. Default: the homeserver's own.",
      env: 'RCFED_SERVER',
      helpValue: 'SERVER',
      multiple: true,
    }),
    'all-servers': Flags.boolean({
      summary: "The homeserver's own rooms and those of every saved server.",
      env: 'RCFED_ALL_SERVERS',
      exclusive: ['server'],
    }),
    limit: Flags.integer({
      summary: `At most so many rooms of each server. Default: ${DEFAULT_LIMIT}.`,
      env: 'RCFED_LIMIT',
      helpValue: 'N',
      min: 1,
    }),
    all: Flags.boolean({ summary: 'Every room, however many there are.', env: 'RCFED_ALL', exclusive: ['limit'] }),
    page: Flags.string({
      summary: 'Go on where the last search ended; what to write here is said at its end.',
      env: 'RCFED_PAGE',
      helpValue: 'TOKEN',
    }),
  };

  protected async execute(): Promise<CommandResult<ServersResult>> {
    const { all, limit = DEFAULT_LIMIT, page } = this.flags;
    const servers = await this.servers();
    if (page !== undefined && servers.length > 1)
      throw new RcfedError('RCFED_USAGE', 'A page is that of one server; name it alone', {
        try: ['rcfed rooms search --server example.org --page TOKEN'],
      });
    const { searchServers } = await import('../../lib/directory/search-servers.ts');
    const search = { term: this.args.term, servers, limit: all ? undefined : limit, page };
    const found = await this.withService((service) => searchServers(service, search), 'Searching');
    const failed = found.servers.filter(({ error }) => error !== null);
    return {
      data: found,
      view: [viewOf(found)],
      hints: [...(found.rooms.length === 0 ? [nothingOn(found)] : []), ...this.goOn(found)],
      warnings: failed.map(({ error }) => error?.message ?? ''),
      ...(failed.length === 0
        ? {}
        : {
            problem: new RcfedError(
              'RCFED_PARTLY_DONE',
              `${failed.length} of ${servers.length} servers did not answer`,
            ),
          }),
    };
  }

  private async servers(): Promise<readonly (string | undefined)[]> {
    const { server: named, 'all-servers': everywhere } = this.flags;
    if (named !== undefined) return [...new Set(named)];
    if (!everywhere) return [undefined];
    const { savedServers } = await import('../../lib/config/server-list.ts');
    return [undefined, ...(await savedServers(this.context)).map(({ server }) => server)];
  }

  private goOn({ servers }: ServersResult): string[] {
    return servers.flatMap(({ server, next }) => {
      if (next === null) return [];
      const term = this.args.term === undefined ? '' : ` ${shellWord(this.args.term)}`;
      return [
        `More of ${server}: ${this.config.bin} rooms search${term} --server ${shellWord(server)} --page ${shellWord(next)}`,
      ];
    });
  }
}

const nothingOn = ({ servers }: ServersResult): string =>
  `No public room is found on ${servers.map(({ server }) => server).join(', ')}.`;

const viewOf = ({ rooms }: ServersResult): View[number] =>
  table(
    [
      { title: 'Alias', value: ({ alias, roomId }) => alias ?? roomId },
      { title: 'Name', value: ({ name }) => name },
      { title: 'Members', value: ({ members }) => members },
      { title: 'Joinable', value: ({ joinable, joinRule }) => (joinable ? 'yes' : joinRule) },
      { title: 'Bridged', value: ({ bridged }) => (bridged ? 'yes' : 'no') },
      { title: 'Topic', value: ({ topic }) => topic },
    ],
    rooms,
  );
