import { resolve } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { bridgeUrlFlag } from '../../../cli/bridge-url-flag.ts';
import { BaseCommand, type CommandResult } from '../../../cli/base-command.ts';
import { dryRunFlag, dryRunView, type Planned } from '../../../cli/dry-run.ts';
import {
  chosenKinds,
  ephemeralFlag,
  filesView,
  keptWarnings,
  setupChoices,
  setupFileFlags,
} from '../../../cli/setup-file-flags.ts';
import { ENVIRONMENT, loadAdminProfile } from '../../../lib/config/load-profile.ts';
import type { AdminProfile } from '../../../lib/config/profile.ts';
import type { Registration } from '../../../lib/matrix/types.ts';
import type { SetupFilesRequest } from '../../../lib/provision/setup-files.ts';
import type { ComparedFile, FileToWrite } from '../../../lib/provision/written-files.ts';

interface RegistrationWriteData extends Planned {
  readonly path: string;
  /** False: everything was already so. */
  readonly changed: boolean;
  readonly homeserverYaml: string;
  /** Besides registration.yaml. */
  readonly files: readonly FileToWrite[];
}

export default class RegistrationWrite extends BaseCommand<typeof RegistrationWrite, RegistrationWriteData> {
  static override summary = 'Write registration.yaml for the homeserver, and the files to run the bridge with.';
  static override description =
    'registration.yaml holds both tokens and is for its owner alone: bring it to the homeserver, name it in homeserver.yaml and restart. Beside it come .well-known, snippets for nginx, Caddy and Traefik, a systemd unit, a Dockerfile, a compose file and objects for Kubernetes. A second run writes only what differs. A different registration, or a file that was changed by hand, is never overwritten without --replace, which keeps the changed file beside the new one.';
  static override examples = [
    '<%= config.bin %> federation registration write',
    '<%= config.bin %> federation registration write /etc/rcfed --files nginx,systemd --bridge-url http://bridge.internal:29400',
    '<%= config.bin %> federation registration write deploy --files kubernetes --image registry.example.org/rcfed:1',
    '<%= config.bin %> federation registration write --beside /etc/synapse/other-workspace.yaml',
  ];
  static override schema = 'federation-registration-write/1' as const;
  static override args = { folder: Args.string({ description: 'Folder to write into. Default: the current one.' }) };
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
    ...setupFileFlags,
    ephemeral: ephemeralFlag,
    replace: Flags.boolean({
      summary: 'Replace another registration.yaml there, and files that were changed by hand.',
      env: 'RCFED_REPLACE',
    }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<RegistrationWriteData>> {
    const profile = await loadAdminProfile(this.context, this.settings.profile);
    const { homeserverYamlLines } = await import('../../../lib/matrix/registration.ts');
    const { requiredRegistration } = await import('../../../lib/provision/profile-registration.ts');
    const { EPHEMERAL_COST, PUBLISH_ROOMS_COST, withEphemeral } = await import('../../../lib/provision/ephemeral.ts');
    const known = await requiredRegistration(profile, this.context.redactor);
    const { ephemeral } = this.flags;
    const registration = withEphemeral({ ...known, url: this.flags['bridge-url'] ?? known.url }, ephemeral);
    if (ephemeral !== undefined) this.say(EPHEMERAL_COST[ephemeral]);
    if (this.flags['publish-rooms']) this.say(PUBLISH_ROOMS_COST);
    const { refuseOverlaps } = await import('../../../lib/provision/beside-others.ts');
    await refuseOverlaps(registration, this.flags.beside ?? []);
    const folder = this.args.folder ?? '.';
    const path = resolve(folder, 'registration.yaml');
    const request = await this.filesRequest(registration, path);
    const { planRegistrationFile } = await import('../../../lib/provision/registration-file.ts');
    const { planSetupFiles } = await import('../../../lib/provision/setup-files.ts');
    const { expectedFiles } = await import('../../../lib/provision/written-files.ts');
    const state = await planRegistrationFile(folder, registration, this.flags.replace);
    const compared = await planSetupFiles(request);
    const plan = planOf(path, state, compared, this.flags.replace);
    const dryRun = this.flags['dry-run'];
    const files = dryRun
      ? expectedFiles(compared, this.flags.replace)
      : await this.written(profile, folder, registration, request);
    const homeserverYaml = `${homeserverYamlLines(path)}${await this.publishedLines(registration)}`;
    const changed = !dryRun && (state !== 'same' || files.some(({ outcome }) => outcome === 'written'));
    return {
      data: { path, changed, homeserverYaml, files, dryRun, plan },
      view: dryRun
        ? dryRunView(plan)
        : [
            state === 'same' ? `${path} is already so.` : `${path} is written.`,
            ...filesView(files),
            'Lines for homeserver.yaml; with another path where the homeserver has it, and restart it afterwards:',
            homeserverYaml,
          ],
      warnings: keptWarnings(files),
    };
  }

  private async written(
    profile: AdminProfile,
    folder: string,
    registration: Registration,
    request: SetupFilesRequest,
  ): Promise<readonly FileToWrite[]> {
    const { writeJournaledFiles, writeJournaledRegistration } =
      await import('../../../lib/provision/journaled-files.ts');
    const { journalOf } = await import('../../../lib/journal/journal.ts');
    const journal = journalOf(this.context, profile.name ?? ENVIRONMENT);
    const { replace } = this.flags;
    await writeJournaledRegistration(folder, registration, replace, profile.workspace.url, journal);
    return await writeJournaledFiles(request, replace, profile.workspace.url, journal);
  }

  private async publishedLines(registration: Registration): Promise<string> {
    if (!this.flags['publish-rooms']) return '';
    const { publishedRoomsYaml } = await import('../../../lib/provision/artifacts/homeserver-yaml.ts');
    return publishedRoomsYaml({ registration, serverName: registration.serverName });
  }

  private async filesRequest(registration: Registration, registrationPath: string): Promise<SetupFilesRequest> {
    const { mergeProfile } = await import('../../../lib/config/load-profile.ts');
    const { ephemeral } = this.flags;
    const { values, secrets } = await mergeProfile(this.context, this.settings.profile, 'admin');
    const presence: Record<string, string> = ephemeral === undefined ? {} : { presence: String(ephemeral === 'all') };
    return {
      kinds: chosenKinds(this.flags.files, this.args.folder !== undefined),
      content: { values: { ...values, ...presence }, secrets },
      registration,
      registrationPath,
      choices: setupChoices(this.flags),
      version: this.config.version,
      redactor: this.context.redactor,
    };
  }
}

function planOf(
  path: string,
  state: 'missing' | 'same' | 'differs',
  files: readonly ComparedFile[],
  replace: boolean,
): string[] {
  const lineOf = (file: ComparedFile): string[] => {
    if (file.state === 'missing') return [`+ ${file.path}`];
    if (file.state === 'same') return [`= ${file.path}`];
    if (file.state === 'outdated') return [`~ ${file.path}`];
    return replace ? [`~ ${file.path}; ${KEPT}`] : [];
  };
  const own = { missing: `+ ${path}`, same: `= ${path}`, differs: `~ ${path}; ${KEPT}` };
  return [own[state], ...files.flatMap(lineOf)];
}

const KEPT = 'the one before is kept beside it';
