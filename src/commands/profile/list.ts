import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import type { ProfileKind } from '../../lib/config/profile-fields.ts';
import { table } from '../../lib/output/table.ts';

interface ProfileListData {
  /** The profile in use, if any. */
  readonly current: string | null;
  readonly profiles: readonly {
    readonly name: string;
    readonly kind: ProfileKind;
    readonly current: boolean;
    readonly workspaceUrl: string | null;
    readonly serverName: string | null;
  }[];
}

export default class ProfileList extends BaseCommand<typeof ProfileList, ProfileListData> {
  static override summary = 'List the profiles.';
  static override examples = ['<%= config.bin %> profile list', '<%= config.bin %> profile list --json'];
  static override schema = 'profile-list/1' as const;

  protected async execute(): Promise<CommandResult<ProfileListData>> {
    const { listProfiles } = await import('../../lib/config/profiles.ts');
    const { current, profiles } = await listProfiles(this.context);
    const rows = profiles.map(({ name, kind, values }) => ({
      name,
      kind,
      current: name === current,
      workspaceUrl: values['workspace-url'] ?? null,
      serverName: values['server-name'] ?? null,
    }));
    return {
      data: { current: current ?? null, profiles: rows },
      view: [
        table(
          [
            { title: 'Name', value: (row) => row.name },
            { title: 'Kind', value: (row) => row.kind },
            { title: 'In use', value: (row) => (row.current ? 'yes' : 'no') },
            { title: 'Workspace', value: (row) => row.workspaceUrl },
            { title: 'Server name', value: (row) => row.serverName },
          ],
          rows,
        ),
      ],
      ...(rows.length === 0 ? { warnings: ['There is no profile yet; add one with: rcfed profile add'] } : {}),
    };
  }
}
