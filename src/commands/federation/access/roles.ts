import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../../cli/base-command.ts';
import { dryRunFlag, dryRunView, type Planned } from '../../../cli/dry-run.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';
import { FEDERATION_ACTIONS, type FederationAction, rolesInWords } from '../../../lib/access/federation-roles.ts';
import type { ActionRolesChange, FederationRolesChangeView } from '../../../lib/bridge/service/roles-view.ts';
import { RcfedError } from '../../../lib/core/errors.ts';
import { table } from '../../../lib/output/table.ts';

type FederationAccessRolesData = Omit<FederationRolesChangeView, 'changes'> & Planned;

const FROM = { set: 'set here', workspace: 'access-federation', default: 'default' } as const;

export default class FederationAccessRoles extends ServiceCommand<
  typeof FederationAccessRoles,
  FederationAccessRolesData
> {
  static override summary = 'Show or set which roles of the workspace may create, invite, search, join and write.';
  static override description =
    'What nobody set is as the permission access-federation of Rocket.Chat says; where the workspace has none, admin and user may. "write" is about direct messages with people on Matrix: in a federated room its members write. Admins of the bridge may always do everything through these commands. It is in force at once.';
  static override examples = [
    '<%= config.bin %> federation access roles',
    '<%= config.bin %> federation access roles create admin',
    '<%= config.bin %> federation access roles invite admin user guest',
    '<%= config.bin %> federation access roles search --nobody',
    '<%= config.bin %> federation access roles --reset',
  ];
  static override schema = 'federation-access-roles/1' as const;
  static override strict = false;
  static override args = {
    action: Args.string({ description: 'create, invite, search, join or write.', options: [...FEDERATION_ACTIONS] }),
    role: Args.string({ description: 'Roles that may do it from now on, one or more: names as in Rocket.Chat.' }),
  };
  static override flags = {
    nobody: Flags.boolean({ summary: 'Nobody may do it any more.', env: 'RCFED_NOBODY' }),
    reset: Flags.boolean({
      summary: 'Forget what was set: of the action, or of all where none is named.',
      env: 'RCFED_RESET',
    }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<FederationAccessRolesData>> {
    const { nobody, reset } = this.flags;
    const [, ...roles] = this.words;
    const action = this.args.action as FederationAction | undefined;
    const ways = [roles.length > 0, nobody, reset].filter(Boolean).length;
    if (ways > 1 || (nobody && action === undefined)) throw unclear();
    const actions = action === undefined ? FEDERATION_ACTIONS : [action];
    const { 'dry-run': dryRun } = this.flags;
    const { changes, ...view } = await (ways === 0
      ? this.shown()
      : this.set({ actions, roles: reset ? null : roles }, dryRun));
    const plan = changes.map(planLine);
    const data = { ...view, dryRun, plan };
    if (dryRun && ways > 0)
      return { data, view: dryRunView(plan.length === 0 ? [`= ${actions.join(', ')}: already so`] : plan) };
    return {
      data,
      view: [
        table(
          [
            { title: 'May', value: (row) => row.action },
            { title: 'Roles', value: (row) => row.roles.join(', ') || 'nobody' },
            { title: 'From', value: (row) => FROM[row.from] },
          ],
          data.roles.filter((row) => actions.includes(row.action)),
        ),
      ],
    };
  }

  private shown(): Promise<FederationRolesChangeView> {
    return this.withService(async (service) => ({ ...(await service.federationRoles()), changed: false, changes: [] }));
  }

  private set(
    wanted: { readonly actions: readonly FederationAction[]; readonly roles: readonly string[] | null },
    dryRun: boolean,
  ): Promise<FederationRolesChangeView> {
    return this.withNotebook(async (service, notebook) => {
      const looked = await service.setFederationRoles({ ...wanted, dryRun: true });
      if (dryRun) return looked;
      const entries = looked.changes.map(({ action, from, to }) => ({
        kind: 'federation-roles' as const,
        action,
        from: from === null ? null : [...from],
        to: to === null ? null : [...to],
      }));
      return await notebook.changing(
        entries,
        () => service.setFederationRoles(wanted),
        (entry, { changes }) => (changes.some(({ action }) => action === entry.action) ? entry : undefined),
      );
    });
  }
}

const planLine = ({ action, from, to }: ActionRolesChange): string =>
  `~ ${action}: ${rolesInWords(from)} → ${rolesInWords(to)}`;

const unclear = (): RcfedError =>
  new RcfedError('RCFED_USAGE', 'Name an action with either roles, --nobody or --reset', {
    try: ['rcfed federation access roles create admin user', 'rcfed federation access roles create --nobody'],
  });
