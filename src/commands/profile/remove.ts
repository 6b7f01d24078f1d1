import * as Args from '@oclif/core/args';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag, dryRunView, type Planned } from '../../cli/dry-run.ts';
import { RcfedError } from '../../lib/core/errors.ts';

interface ProfileRemoveData extends Planned {
  readonly name: string;
  /** False: there was no such profile. */
  readonly changed: boolean;
}

export default class ProfileRemove extends BaseCommand<typeof ProfileRemove, ProfileRemoveData> {
  static override summary = 'Forget a profile and its secrets.';
  static override description =
    "The bridge's store and the accounts on both servers stay as they are. So does the journal in the profile's data folder: it keeps an admin profile, encrypted, until `federation rollback --profile NAME` brings it back.";
  static override examples = ['<%= config.bin %> profile remove work --yes'];
  static override schema = 'profile-remove/1' as const;
  static override args = { name: Args.string({ description: 'Name of the profile.', required: true }) };
  static override flags = dryRunFlag;

  protected async execute(): Promise<CommandResult<ProfileRemoveData>> {
    const { listProfiles, removeProfile } = await import('../../lib/config/profiles.ts');
    const { journaledProfile } = await import('../../lib/journal/journaled-profile.ts');
    const { name } = this.args;
    const dryRun = this.flags['dry-run'];
    const stored = (await listProfiles(this.context)).profiles.find((profile) => profile.name === name);
    const plan = [stored === undefined ? `= there is no profile ${name}` : `- profile ${name} and its secrets`];
    if (dryRun) return { data: { name, changed: false, dryRun, plan }, view: dryRunView(plan) };
    if (stored === undefined)
      return { data: { name, changed: false, dryRun, plan }, view: [`There is no profile ${name}.`] };
    if (!(await this.confirm(`Forget the profile ${name} and its secrets?`)))
      throw new RcfedError('RCFED_DECLINED', `The profile ${name} is kept`);
    const changed = await journaledProfile(this.context, { name, before: stored, after: undefined }, () =>
      removeProfile(this.context, name),
    );
    return {
      data: { name, changed, dryRun, plan },
      view: [`Profile ${name} is forgotten.`, ...(stored.kind === 'admin' ? [comesBack(name)] : [])],
    };
  }
}

const comesBack = (name: string): string => `It comes back by: rcfed federation rollback --profile ${name}`;
