import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../../cli/base-command.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';
import type { AccessRulesView } from '../../../lib/bridge/service/views.ts';
import type { ServerName } from '../../../lib/core/ids.ts';
import { table } from '../../../lib/output/table.ts';

interface FederationAccessListData extends AccessRulesView {
  /** Lines of homeserver.yaml; null without --synapse. */
  readonly synapse: string | null;
}

export default class FederationAccessList extends ServiceCommand<
  typeof FederationAccessList,
  FederationAccessListData
> {
  static override summary = 'List which Matrix servers are allowed and blocked.';
  static override description =
    'Blocked goes before allowed. Where nothing is allowed by name, everybody who is not blocked is.';
  static override examples = [
    '<%= config.bin %> federation access list',
    '<%= config.bin %> federation access list --synapse',
  ];
  static override schema = 'federation-access-list/1' as const;
  static override flags = {
    synapse: Flags.boolean({
      summary: 'Print what Synapse can be told of it, as lines of homeserver.yaml.',
      env: 'RCFED_SYNAPSE',
    }),
  };

  protected async execute(): Promise<CommandResult<FederationAccessListData>> {
    const rules = await this.withService((service) => service.accessRules());
    const { synapseLines } = await import('../../../lib/access/synapse-lines.ts');
    const lines = this.flags.synapse ? synapseLines(rules, rules.own as ServerName) : null;
    const rows = [
      ...rules.block.map((pattern) => ({ pattern, rule: 'blocked' })),
      ...rules.allow.map((pattern) => ({ pattern, rule: 'allowed' })),
    ];
    return {
      data: { ...rules, synapse: lines },
      view:
        lines === null
          ? [
              table(
                [
                  { title: 'Servers', value: ({ pattern }) => pattern },
                  { title: 'Rule', value: ({ rule }) => rule },
                ],
                rows,
              ),
            ]
          : [lines],
      hints: rules.allow.length === 0 ? ['Everybody who is not blocked is allowed.'] : [],
    };
  }
}
