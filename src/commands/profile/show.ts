import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import type { ProfileKind } from '../../lib/config/profile-fields.ts';
import { describeProfile, type FieldDescription } from '../../lib/config/describe-profile.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import { table } from '../../lib/output/table.ts';

interface ProfileShowData {
  /** Null: no profile, the environment alone. */
  readonly name: string | null;
  readonly kind: ProfileKind;
  readonly revealed: boolean;
  readonly fields: readonly FieldDescription[];
}

export default class ProfileShow extends BaseCommand<typeof ProfileShow, ProfileShowData> {
  static override summary = 'Show a profile, and where each of its values comes from.';
  static override description =
    'Secrets are shown as [redacted], unless --reveal is given and the question answered with yes.';
  static override examples = ['<%= config.bin %> profile show', '<%= config.bin %> profile show work --reveal'];
  static override schema = 'profile-show/1' as const;
  static override args = { name: Args.string({ description: 'Name of the profile; the one in use unless given.' }) };
  static override flags = {
    reveal: Flags.boolean({ summary: 'Show the secrets too.', env: 'RCFED_REVEAL' }),
  };

  protected async execute(): Promise<CommandResult<ProfileShowData>> {
    const { name, kind, fields } = await describeProfile(this.context, this.args.name ?? this.settings.profile);
    const revealed = this.flags.reveal;
    if (revealed && !(await this.confirm('Print the secrets of this profile on the screen?')))
      throw new RcfedError('RCFED_DECLINED', 'The secrets stay hidden');
    const shown = fields.map(({ secret, ...field }) =>
      secret !== undefined && revealed ? { ...field, value: secret.reveal() } : field,
    );
    return {
      data: { name: name ?? null, kind, revealed, fields: shown },
      view: [
        `Profile ${name ?? '(from the environment)'}, ${kind}`,
        table(
          [
            { title: 'Field', value: (field) => field.field },
            { title: 'Value', value: (field) => field.value },
            { title: 'From', value: (field) => field.from },
          ],
          shown,
        ),
      ],
      reveals: revealed,
    };
  }
}
