import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { bridgeUrlFlag } from '../../../cli/bridge-url-flag.ts';
import { BaseCommand, type CommandResult } from '../../../cli/base-command.ts';
import { loadAdminProfile } from '../../../lib/config/load-profile.ts';

interface RegistrationWriteData {
  readonly path: string;
  /** False: the file was already so. */
  readonly changed: boolean;
  readonly homeserverYaml: string;
}

export default class RegistrationWrite extends BaseCommand<typeof RegistrationWrite, RegistrationWriteData> {
  static override summary = 'Write registration.yaml for the homeserver, from what the profile knows.';
  static override description =
    'The file holds both tokens and is for its owner alone: bring it to the homeserver, name it in homeserver.yaml and restart. A different file is never overwritten without --replace.';
  static override examples = [
    '<%= config.bin %> federation registration write',
    '<%= config.bin %> federation registration write /etc/rcfed --bridge-url http://bridge.internal:29400',
    '<%= config.bin %> federation registration write --beside /etc/synapse/other-workspace.yaml',
  ];
  static override schema = 'federation-registration-write/1' as const;
  static override args = { folder: Args.string({ description: 'Folder to write into.', default: '.' }) };
  static override flags = {
    'bridge-url': bridgeUrlFlag({
      summary: 'Where the homeserver reaches the bridge, if not where the registration says.',
      env: 'RCFED_BRIDGE_URL',
    }),
    beside: Flags.string({
      summary:
        'Registration of another application service of the homeserver: overlapping names are refused. May be repeated.',
      env: 'RCFED_BESIDE',
      helpValue: 'FILE',
      multiple: true,
    }),
    replace: Flags.boolean({ summary: 'Replace another registration.yaml there.', env: 'RCFED_REPLACE' }),
  };

  protected async execute(): Promise<CommandResult<RegistrationWriteData>> {
    const profile = await loadAdminProfile(this.context, this.settings.profile);
    const { requiredRegistration } = await import('../../../lib/provision/profile-registration.ts');
    const { writeRegistrationFile } = await import('../../../lib/provision/registration-file.ts');
    const known = await requiredRegistration(profile, this.context.redactor);
    const registration = { ...known, url: this.flags['bridge-url'] ?? known.url };
    const { refuseOverlaps } = await import('../../../lib/provision/beside-others.ts');
    await refuseOverlaps(registration, this.flags.beside ?? []);
    const written = await writeRegistrationFile(this.args.folder, registration, this.flags.replace);
    return {
      data: written,
      view: [
        written.changed ? `${written.path} is written.` : `${written.path} is already so.`,
        'Lines for homeserver.yaml; with another path where the homeserver has it, and restart it afterwards:',
        written.homeserverYaml,
      ],
    };
  }
}
