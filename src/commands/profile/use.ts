import * as Args from '@oclif/core/args';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag, dryRunView, type Planned } from '../../cli/dry-run.ts';

interface ProfileUseData extends Planned {
  readonly name: string;
  /** False: it was in use already. */
  readonly changed: boolean;
}

export default class ProfileUse extends BaseCommand<typeof ProfileUse, ProfileUseData> {
  static override summary = 'Choose the profile that commands work with.';
  static override examples = ['<%= config.bin %> profile use work'];
  static override schema = 'profile-use/1' as const;
  static override args = { name: Args.string({ description: 'Name of the profile.', required: true }) };
  static override flags = dryRunFlag;

  protected async execute(): Promise<CommandResult<ProfileUseData>> {
    const { findProfile, listProfiles, useProfile } = await import('../../lib/config/profiles.ts');
    const { notebookInUse } = await import('../../lib/journal/notebook.ts');
    const { name } = this.args;
    const dryRun = this.flags['dry-run'];
    await findProfile(this.context, name);
    const from = (await listProfiles(this.context)).current ?? null;
    const plan = [from === name ? `= profile in use: ${name}` : `~ profile in use: ${from ?? 'none'} → ${name}`];
    if (dryRun) return { data: { name, changed: false, dryRun, plan }, view: dryRunView(plan) };
    const notebook = await notebookInUse(this.context, name);
    const changed = await notebook.changing(
      from === name ? [] : [{ kind: 'profile-in-use', from, to: name }],
      () => useProfile(this.context, name),
      (entry, isOther) => (isOther ? entry : undefined),
    );
    return {
      data: { name, changed, dryRun, plan },
      view: [`Profile ${name} is ${changed ? 'now' : 'already'} in use.`],
    };
  }
}
