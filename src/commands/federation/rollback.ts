import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { withLazyBridge } from '../../cli/lazy-bridge.ts';
import { withReach } from '../../cli/reach.ts';
import { adminQuestions, givenAdmin, secondFactor, workspaceAdminFlags } from '../../cli/workspace-admin-flags.ts';
import type { Reach } from '../../lib/admin/reach.ts';
import type { WorkspaceUserId } from '../../lib/core/ids.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import { table } from '../../lib/output/table.ts';
import type { KnownProfile } from '../../lib/provision/known-profile.ts';
import type { RolledBack } from '../../lib/journal/rollback.ts';
import type { UndoParts } from '../../lib/journal/undone.ts';
import type { WorkspaceAdmin } from '../../lib/provision/workspace-admin.ts';

interface FederationRollbackData {
  readonly profile: string;
  readonly changed: boolean;
  readonly dryRun: boolean;
  /** The whole journal, oldest first. */
  readonly entries: readonly {
    readonly id: number;
    readonly at: string;
    readonly state: 'begun' | 'done' | 'forced' | 'undone';
    readonly what: string;
    readonly workspace: string;
  }[];
  /** What this run did, in its order. */
  readonly undone: readonly RolledBack[];
}

export default class FederationRollback extends BaseCommand<typeof FederationRollback, FederationRollbackData> {
  static override summary = 'Undo what commands changed, or list it.';
  static override description =
    "Without an id it lists the journal of the profile: what provisioning and the commands of the bridge's admin changed. What somebody has changed since is asked about, or needs --yes; so is a room that was made, which is deleted with all its messages. The bridge's account is deactivated, not deleted; files are moved aside; the profile goes last. What can't be undone now stays, with the reason, and the rest is undone. It can be run again.";
  static override examples = [
    '<%= config.bin %> federation rollback',
    '<%= config.bin %> federation rollback 3',
    '<%= config.bin %> federation rollback --all --dry-run',
  ];
  static override schema = 'federation-rollback/1' as const;
  static override args = { id: Args.integer({ description: 'Number of an entry in the journal.', min: 1 }) };
  static override flags = {
    all: Flags.boolean({ summary: 'Undo everything, the newest first.', env: 'RCFED_ALL' }),
    'dry-run': Flags.boolean({ summary: 'Say what would be undone, and do nothing.', env: 'RCFED_DRY_RUN' }),
    ...workspaceAdminFlags,
  };

  protected async execute(): Promise<CommandResult<FederationRollbackData>> {
    const { id } = this.args;
    if (id !== undefined && this.flags.all) throw bothNamed();
    const [{ journalOf }, { changeInWords }, { rollBack, toUndo }, { journalName }, { knownProfile }] =
      await Promise.all([
        import('../../lib/journal/journal.ts'),
        import('../../lib/journal/change.ts'),
        import('../../lib/journal/rollback.ts'),
        import('../../lib/journal/journal-name.ts'),
        import('../../lib/provision/known-profile.ts'),
      ]);
    const profile = await journalName(this.context, this.settings.profile);
    const journal = journalOf(this.context, profile);
    const wanted = id === undefined && !this.flags.all ? [] : toUndo(await journal.entries(), id);
    const known = await knownProfile(this.context, profile);
    const command = { context: this.context, settings: this.settings, logger: this.logger };
    const undone =
      wanted.length === 0
        ? []
        : await withReach({ caFile: known?.values['ca-file'], timeoutMs: undefined }, command, (reach) => {
            const admins = this.admins(known, reach);
            return withLazyBridge(command, reach, (bridge) =>
              rollBack(wanted, journal, (workspace) =>
                this.partsFor(
                  () => admins(workspace),
                  () => bridge(workspace),
                ),
              ),
            );
          });
    const entries = (await journal.entries()).map(({ change, id: number, at, state, workspace }) => ({
      id: number,
      at,
      state,
      what: changeInWords(change),
      workspace,
    }));
    const changed = undone.some(({ outcome }) => outcome === 'undone');
    const data = { profile, changed, dryRun: this.flags['dry-run'], entries, undone };
    const problem = partly(undone);
    const isList = id === undefined && !this.flags.all;
    return { data, view: isList ? listView(data) : undoneView(undone), ...(problem === undefined ? {} : { problem }) };
  }

  private partsFor(admin: UndoParts['admin'], bridge: UndoParts['bridge']): UndoParts {
    const dryRun = this.flags['dry-run'];
    return {
      source: this.context,
      admin,
      bridge,
      dryRun,
      signal: this.context.signal,
      key: async () => (await import('../../lib/config/key-file.ts')).loadKey(this.context),
      mayOverwrite: (what) => this.may(`${what}. Put the old value back?`),
      mayDelete: (what) => this.may(`Delete ${what}?`),
    };
  }

  private async may(question: string): Promise<boolean> {
    if (this.settings.yes) return true;
    return !this.flags['dry-run'] && this.settings.interactive && (await this.confirm(question));
  }

  /** For each workspace the admin that is named, else the bridge's own account, else one that is asked for. */
  private admins(known: KnownProfile | undefined, reach: Reach): (workspace: string) => Promise<WorkspaceAdmin> {
    const opened = new Map<string, Promise<WorkspaceAdmin>>();
    return (workspace) => {
      const admin = opened.get(workspace) ?? this.admin(workspace, known, reach);
      opened.set(workspace, admin);
      return admin;
    };
  }

  private async admin(workspace: string, known: KnownProfile | undefined, reach: Reach): Promise<WorkspaceAdmin> {
    const { asWorkspaceAdmin } = await import('../../lib/provision/workspace-admin.ts');
    const code = () => secondFactor(this.flags, this.context, this.settings);
    const named = await givenAdmin(this.flags, this.context);
    if (named !== undefined) return await asWorkspaceAdmin(workspace, named, reach, code);
    const userId = known?.values['workspace-user-id'] as WorkspaceUserId | undefined;
    const token = known?.secrets['workspace-token'];
    if (known?.values['workspace-url'] === workspace && userId !== undefined && token !== undefined) {
      const own = await asWorkspaceAdmin(workspace, { userId, token }, reach, code).catch((error: unknown) => {
        if (error instanceof RcfedError && error.code === 'RCFED_NOT_ALLOWED') return undefined;
        throw error;
      });
      if (own !== undefined) return own;
    }
    const asked = await this.ask(await adminQuestions(this.flags, this.context));
    return await asWorkspaceAdmin(workspace, asked, reach, code);
  }
}

const bothNamed = (): RcfedError =>
  new RcfedError('RCFED_USAGE', 'Name one entry, or --all', {
    try: ['rcfed federation rollback 3', 'rcfed federation rollback --all'],
  });

function partly(undone: readonly RolledBack[]): RcfedError | undefined {
  const kept = undone.filter(({ outcome }) => outcome === 'kept');
  if (kept.length === 0) return undefined;
  return new RcfedError('RCFED_PARTLY_DONE', `Not undone: ${kept.map(({ id }) => id).join(', ')}`, {
    why: kept.map(({ note }) => note).join(' '),
    try: [
      'Put the old values back all the same: rcfed federation rollback --all --yes',
      'Or mend what is named, and go on: rcfed federation rollback --all',
    ],
  });
}

function listView({ entries, profile }: FederationRollbackData) {
  if (entries.length === 0) return [`No command has changed anything for profile ${profile}.`];
  return [
    table(
      [
        { title: 'Id', value: (entry) => String(entry.id) },
        { title: 'When', value: (entry) => entry.at },
        { title: 'State', value: (entry) => entry.state },
        { title: 'What', value: (entry) => entry.what },
      ],
      entries,
    ),
    '',
    'Undo one: rcfed federation rollback ID. All of it: rcfed federation rollback --all',
  ];
}

function undoneView(undone: readonly RolledBack[]) {
  if (undone.length === 0) return ['There is nothing to undo.'];
  return undone.map(
    ({ outcome, what, note }) => `${`${outcome}:`.padEnd(12)} ${what}${note === null ? '' : `. ${note}`}`,
  );
}
