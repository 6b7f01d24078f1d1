import * as Flags from '@oclif/core/flags';
import { BaseCommand, type CommandResult } from '../../../cli/base-command.ts';
import { loadAdminProfile } from '../../../lib/config/load-profile.ts';
import { RcfedError } from '../../../lib/core/errors.ts';
import { Secret } from '../../../lib/core/secret.ts';

interface RegistrationShowData {
  readonly revealed: boolean;
  /** The file that the profile names. */
  readonly path: string | null;
  readonly registration: {
    readonly id: string;
    readonly url: string | null;
    readonly asToken: string;
    readonly hsToken: string;
    readonly senderLocalpart: string;
    readonly prefix: string;
    readonly serverName: string;
  };
  readonly file: string;
  /** Empty without a path. */
  readonly homeserverYaml: string;
}

const HIDDEN = '[redacted]';

export default class RegistrationShow extends BaseCommand<typeof RegistrationShow, RegistrationShowData> {
  static override summary = 'Show the registration that lets the homeserver know the bridge.';
  static override description =
    'Its tokens are shown as [redacted], unless --reveal is given and the question answered with yes.';
  static override examples = [
    '<%= config.bin %> federation registration show',
    '<%= config.bin %> federation registration show --reveal > registration.yaml',
  ];
  static override schema = 'federation-registration-show/1' as const;
  static override flags = { reveal: Flags.boolean({ summary: 'Show the tokens too.', env: 'RCFED_REVEAL' }) };

  protected async execute(): Promise<CommandResult<RegistrationShowData>> {
    const profile = await loadAdminProfile(this.context, this.settings.profile);
    const { requiredRegistration } = await import('../../../lib/provision/profile-registration.ts');
    const { homeserverYamlLines, renderRegistration } = await import('../../../lib/matrix/registration.ts');
    const registration = await requiredRegistration(profile, this.context.redactor);
    const revealed = this.flags.reveal;
    if (revealed && !(await this.confirm('Print the tokens of the registration on the screen?')))
      throw new RcfedError('RCFED_DECLINED', 'The tokens stay hidden');
    const { asToken, hsToken, ...rest } = registration;
    const shown = (secret: Secret): string => (revealed ? secret.reveal() : HIDDEN);
    const file = await renderRegistration({
      ...rest,
      asToken: new Secret(shown(asToken)),
      hsToken: new Secret(shown(hsToken)),
    });
    const path = profile.registration.path ?? null;
    return {
      data: {
        revealed,
        path,
        registration: { ...rest, asToken: shown(asToken), hsToken: shown(hsToken) },
        file,
        homeserverYaml: path === null ? '' : homeserverYamlLines(path),
      },
      view: [file],
      reveals: revealed,
    };
  }
}
