import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { StatsView } from '../../lib/bridge/service/stats-view.ts';
import { table } from '../../lib/output/table.ts';
import type { View } from '../../lib/output/view.ts';

export default class FederationStats extends ServiceCommand<typeof FederationStats, StatsView> {
  static override summary = 'Count what was carried between Rocket.Chat and Matrix, and with whom.';
  static override description =
    'From the store of the bridge: events since ever, messages of the last days, external users and their servers.';
  static override examples = [
    '<%= config.bin %> federation stats',
    '<%= config.bin %> federation stats --days 30 --json',
  ];
  static override schema = 'federation-stats/1' as const;
  static override flags = {
    days: Flags.integer({
      summary: 'Messages of so many days, today included.',
      env: 'RCFED_DAYS',
      helpValue: 'N',
      default: 14,
      min: 1,
      max: 366,
    }),
  };

  protected async execute(): Promise<CommandResult<StatsView>> {
    const { days } = this.flags;
    const stats = await this.withService((service) => service.stats({ days }));
    return { data: stats, view: viewOf(stats) };
  }
}

function viewOf(stats: StatsView): View {
  const { rooms } = stats;
  const kinds = (['messages', 'edits', 'deletions', 'reactions'] as const).map((kind) => ({ kind, ...stats[kind] }));
  return [
    `${stats.events} events in ${rooms.channels} channels, ${rooms.groups} groups and ${rooms.directMessages} direct messages`,
    table(
      [
        { title: 'Events', value: ({ kind }) => kind },
        { title: 'To Matrix', value: ({ toMatrix }) => toMatrix },
        { title: 'To Rocket.Chat', value: ({ toWorkspace }) => toWorkspace },
      ],
      kinds,
    ),
    ...(stats.days.length === 0
      ? []
      : [
          table(
            [
              { title: 'Day', value: ({ day }) => day },
              { title: 'Messages to Matrix', value: ({ toMatrix }) => toMatrix },
              { title: 'To Rocket.Chat', value: ({ toWorkspace }) => toWorkspace },
            ],
            stats.days,
          ),
        ]),
    `${stats.externalUsers} external users, ${stats.localUsers} users of the workspace`,
    ...(stats.servers.length === 0
      ? []
      : [
          table(
            [
              { title: 'Server', value: ({ server }) => server },
              { title: 'People', value: ({ people }) => people },
            ],
            stats.servers,
          ),
        ]),
  ];
}
