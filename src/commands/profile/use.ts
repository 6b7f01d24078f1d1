import * as Args from '@oclif/core/args';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';

interface ProfileUseData {
  readonly name: string;
  /** False: it was in use already. */
  readonly changed: boolean;
}

export default class ProfileUse extends BaseCommand<typeof ProfileUse, ProfileUseData> {
  static override summary = 'Choose the profile that commands work with.';
  static override examples = ['<%= config.bin %> profile use work'];
  static override schema = 'profile-use/1' as const;
  static override args = { name: Args.string({ description: 'Name of the profile.', required: true }) };

  protected async execute(): Promise<CommandResult<ProfileUseData>> {
    const { useProfile } = await import('../../lib/config/profiles.ts');
    const { name } = this.args;
    const changed = await useProfile(this.context, name);
    return { data: { name, changed }, view: [`Profile ${name} is ${changed ? 'now' : 'already'} in use.`] };
  }
}
