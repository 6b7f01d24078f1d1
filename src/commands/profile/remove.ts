import * as Args from '@oclif/core/args';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { RcfedError } from '../../lib/core/errors.ts';

interface ProfileRemoveData {
  readonly name: string;
  /** False: there was no such profile. */
  readonly changed: boolean;
}

export default class ProfileRemove extends BaseCommand<typeof ProfileRemove, ProfileRemoveData> {
  static override summary = 'Forget a profile and its secrets.';
  static override description = "The bridge's store and the accounts on both servers stay as they are.";
  static override examples = ['<%= config.bin %> profile remove work --yes'];
  static override schema = 'profile-remove/1' as const;
  static override args = { name: Args.string({ description: 'Name of the profile.', required: true }) };

  protected async execute(): Promise<CommandResult<ProfileRemoveData>> {
    const { listProfiles, removeProfile } = await import('../../lib/config/profiles.ts');
    const { name } = this.args;
    const { profiles } = await listProfiles(this.context);
    if (!profiles.some((profile) => profile.name === name))
      return { data: { name, changed: false }, view: [`There is no profile ${name}.`] };
    if (!(await this.confirm(`Forget the profile ${name} and its secrets?`)))
      throw new RcfedError('RCFED_DECLINED', `The profile ${name} is kept`);
    const changed = await removeProfile(this.context, name);
    return { data: { name, changed }, view: [`Profile ${name} is forgotten.`] };
  }
}
