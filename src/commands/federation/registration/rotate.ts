import * as Flags from '@oclif/core/flags';
import { BaseCommand, type CommandResult } from '../../../cli/base-command.ts';
import { loadAdminProfile } from '../../../lib/config/load-profile.ts';

interface RegistrationRotateData {
  /** False with --dry-run. */
  readonly changed: boolean;
  readonly dryRun: boolean;
  /** The file with the new tokens. */
  readonly path: string;
  /** The file with the old tokens; null where there was none, or with --dry-run. */
  readonly aside: string | null;
  /** The profile that keeps the new tokens; null where only the file does. */
  readonly profile: string | null;
  /** Number of the entry in the journal, for `federation rollback`; null with --dry-run. */
  readonly entry: number | null;
  /** What is left to do, in this order. */
  readonly next: readonly string[];
}

export default class RegistrationRotate extends BaseCommand<typeof RegistrationRotate, RegistrationRotateData> {
  static override summary = 'Give the bridge new tokens, in place of those that somebody may have seen.';
  static override description =
    'Makes a new as_token and hs_token, in registration.yaml and the profile; the old file stays beside it, and `federation rollback` brings it back. Both servers have to be restarted: first the bridge, which then waits for a homeserver that does not know it yet, then the homeserver with the new file. In this order nothing is lost and nothing is refused for long: what people write meanwhile on either side is kept and crosses afterwards.';
  static override examples = [
    '<%= config.bin %> federation registration rotate --dry-run',
    '<%= config.bin %> federation registration rotate --yes',
  ];
  static override schema = 'federation-registration-rotate/1' as const;
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Print what would be done, and do nothing.', env: 'RCFED_DRY_RUN' }),
  };

  protected async execute(): Promise<CommandResult<RegistrationRotateData>> {
    const profile = await loadAdminProfile(this.context, this.settings.profile);
    const { rotateRegistration } = await import('../../../lib/provision/rotate.ts');
    const dryRun = this.flags['dry-run'];
    const planned = await rotateRegistration(this.context, profile, true);
    if (!dryRun) await this.agreed();
    const {
      path,
      aside,
      profile: kept,
      entry,
    } = dryRun ? planned : await rotateRegistration(this.context, profile, false);
    const next = nextSteps(path, aside, entry);
    const done = dryRun ? '+ to do:' : '+ done: ';
    return {
      data: {
        changed: !dryRun,
        dryRun,
        path,
        aside: aside ?? null,
        profile: kept ?? null,
        entry: entry ?? null,
        next,
      },
      view: [
        `${done} new as_token and hs_token in ${path}`,
        ...(aside === undefined ? [] : [`${done} the old file is kept as ${aside}`]),
        ...(dryRun ? [`${done} a file that is there is kept beside it, as ${path}.old-NUMBER`] : []),
        ...(kept === undefined ? [] : [`${done} the same tokens in profile ${kept}`]),
        '',
        dryRun ? 'Afterwards, in this order:' : 'Next, in this order:',
        ...next.map((step, index) => `  ${index + 1}. ${step}`),
      ],
    };
  }

  private async agreed(): Promise<void> {
    if (await this.confirm('Replace both tokens? Bridge and homeserver have to be restarted then.')) return;
    const { RcfedError } = await import('../../../lib/core/errors.ts');
    throw new RcfedError('RCFED_DECLINED', 'The tokens stay as they are');
  }
}

function nextSteps(path: string, aside: string | undefined, entry: number | undefined): string[] {
  return [
    'Restart the bridge. It is refused by the homeserver until that knows the new tokens, and waits.',
    `Bring ${path} to the homeserver, in place of the old file, and restart the homeserver. What it could not hand over meanwhile it sends then.`,
    'See that both work again: rcfed federation status --wait-ready 2m',
    'Write the files that hold the tokens anew, where you use them (systemd, compose, Kubernetes): rcfed federation registration write FOLDER',
    ...(aside === undefined
      ? []
      : [
          `Remove the old file: rm ${aside}. Until then the old tokens come back by: rcfed federation rollback ${entry}`,
        ]),
  ];
}
