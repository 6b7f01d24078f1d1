import * as Flags from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';
import type { Question } from '../../cli/answers.ts';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { bridgeUrlFlag } from '../../cli/bridge-url-flag.ts';
import { profileFlags } from '../../cli/profile-flags.ts';
import { type ProvisionData, type ProvisionedFile, provisionResult } from '../../cli/provision-result.ts';
import { withReach } from '../../cli/reach.ts';
import { secretFlags, secretHint } from '../../cli/secret-flags.ts';
import { chosenKinds, ephemeralFlag, setupFileFlags } from '../../cli/setup-file-flags.ts';
import { parseField, profileFields } from '../../lib/config/profile-fields.ts';
import type { ServerName, WorkspaceUserId } from '../../lib/core/ids.ts';
import type { Secret } from '../../lib/core/secret.ts';
import type { Reach } from '../../lib/admin/reach.ts';
import type { Provisioned } from '../../lib/provision/apply.ts';
import type { AdminAccount } from '../../lib/provision/workspace-admin.ts';
import type { KnownProfile, ProvisionPlan, ProvisionRequest } from '../../lib/provision/plan.ts';
import type { SetupFilesRequest } from '../../lib/provision/setup-files.ts';
import type { ComparedFile, WrittenFile } from '../../lib/provision/written-files.ts';

const picked = ['workspace-url', 'homeserver-url', 'server-name', 'prefix', 'listen'] as const;
const fromProfile: FlagInput = Object.fromEntries(
  picked.flatMap((name) => (profileFlags[name] ? [[name, profileFlags[name]]] : [])),
);

export default class FederationProvision extends BaseCommand<typeof FederationProvision, ProvisionData> {
  static override summary = 'Set a bridge up: its account on the workspace, its registration, its profile.';
  static override description =
    'Asks what the flags leave open. An account with the role admin is needed once, to make that of the bot; it is not kept. A second run changes nothing, or only what is missing.';
  static override examples = [
    '<%= config.bin %> federation provision',
    '<%= config.bin %> federation provision --dry-run',
    '<%= config.bin %> federation provision --workspace-url https://chat.example.org --workspace-admin root --workspace-admin-password-file password --homeserver-url https://matrix.example.org --server-name example.org --out /etc/rcfed',
  ];
  static override schema = 'federation-provision/1' as const;
  static override flags = {
    ...fromProfile,
    'workspace-admin': Flags.string({
      summary: 'User name of an admin of the workspace.',
      env: 'RCFED_WORKSPACE_ADMIN',
      helpValue: 'USERNAME',
    }),
    ...secretFlags('workspace-admin-password', 'password of that admin'),
    'workspace-admin-id': Flags.string({
      summary: 'User id of an admin, with a personal access token instead of a password.',
      env: 'RCFED_WORKSPACE_ADMIN_ID',
      helpValue: 'ID',
    }),
    ...secretFlags('workspace-admin-token', 'personal access token of that admin'),
    ...secretFlags('two-factor-code', 'two-factor code of that admin'),
    'bot-username': Flags.string({
      summary: "User name of the bridge's account. Default: rcfed.",
      env: 'RCFED_BOT_USERNAME',
      helpValue: 'USERNAME',
    }),
    'bridge-url': bridgeUrlFlag({
      summary: 'Where the homeserver reaches the bridge, if not where it listens.',
      env: 'RCFED_BRIDGE_URL',
    }),
    out: Flags.string({
      summary: 'Folder for registration.yaml and the files to run the bridge with. Default: the current one.',
      env: 'RCFED_OUT',
      helpValue: 'FOLDER',
    }),
    ...setupFileFlags,
    ephemeral: ephemeralFlag,
    replace: Flags.boolean({
      summary: 'Replace a registration or profile that says something else, and files that were changed by hand.',
      env: 'RCFED_REPLACE',
    }),
    'dry-run': Flags.boolean({ summary: 'Print what would be done, and do nothing.', env: 'RCFED_DRY_RUN' }),
  };

  protected async execute(): Promise<CommandResult<ProvisionData>> {
    const { knownProfile, planProvision } = await import('../../lib/provision/plan.ts');
    const { listProfiles } = await import('../../lib/config/profiles.ts');
    const profile = this.settings.profile ?? (await listProfiles(this.context)).current ?? 'default';
    const known = await knownProfile(this.context, profile);
    const account = await this.account();
    const request = await this.request(profile, known, account);
    const command = { context: this.context, settings: this.settings, logger: this.logger };
    return await withReach({ caFile: known?.values['ca-file'], timeoutMs: undefined }, command, async (reach) => {
      const plan = await this.progress.wait('Looking at both servers', () =>
        planProvision(request.request, known, reach),
      );
      await this.sayCosts();
      if (this.flags['dry-run'])
        return provisionResult(plan, await this.comparedFiles(plan), { changed: false, dryRun: true });
      const applied = await this.apply(plan, request.account, reach);
      const files = await this.writtenFiles(plan, applied.content);
      return provisionResult(plan, files, { changed: applied.changed, dryRun: false });
    });
  }

  private async sayCosts(): Promise<void> {
    const { ephemeral } = this.flags;
    const { EPHEMERAL_COST, PUBLISH_ROOMS_COST } = await import('../../lib/provision/ephemeral.ts');
    if (ephemeral !== undefined) this.say(EPHEMERAL_COST[ephemeral]);
    if (this.flags['publish-rooms']) this.say(PUBLISH_ROOMS_COST);
  }

  private async comparedFiles(plan: ProvisionPlan): Promise<readonly ProvisionedFile[]> {
    const { planSetupFiles } = await import('../../lib/provision/setup-files.ts');
    const compared = await planSetupFiles(this.filesRequest(plan, plan));
    return compared.map(({ path, state }) => ({ path, outcome: this.expected(state) }));
  }

  private expected(state: ComparedFile['state']): ProvisionedFile['outcome'] {
    if (state === 'same') return 'already so';
    return state === 'edited' && !this.flags.replace ? 'kept' : 'to write';
  }

  private async writtenFiles(plan: ProvisionPlan, content: KnownProfile): Promise<readonly WrittenFile[]> {
    const { writeSetupFiles } = await import('../../lib/provision/setup-files.ts');
    return await writeSetupFiles(this.filesRequest(plan, content), this.flags.replace);
  }

  private filesRequest(plan: ProvisionPlan, content: KnownProfile): SetupFilesRequest {
    return {
      kinds: chosenKinds(this.flags.files, this.flags.out !== undefined),
      content,
      registration: plan.registration,
      registrationPath: plan.values['registration'] ?? '',
      choices: {
        federationHost: this.flags['federation-host'],
        image: this.flags.image,
        publishRooms: this.flags['publish-rooms'],
      },
      version: this.config.version,
      redactor: this.context.redactor,
    };
  }

  private async apply(plan: ProvisionPlan, account: AdminAccount | undefined, reach: Reach): Promise<Provisioned> {
    const { applyProvision } = await import('../../lib/provision/apply.ts');
    const { asWorkspaceAdmin } = await import('../../lib/provision/workspace-admin.ts');
    const needsAdmin = plan.steps.some(({ id, needed }) => id === 'workspace-bot' && needed);
    const used = needsAdmin ? (account ?? (await this.askedAccount())) : account;
    const admin =
      used && needsAdmin
        ? await asWorkspaceAdmin(plan.request.workspaceUrl, used, reach, () => this.code())
        : undefined;
    const run = () =>
      applyProvision(plan, this.context, reach, () =>
        admin === undefined ? Promise.reject(new Error('no admin was asked for')) : Promise.resolve(admin),
      );
    return await this.progress.wait('Setting the bridge up', run);
  }

  /** The admin that flags or the environment name. */
  private async account(): Promise<AdminAccount | undefined> {
    const userId = this.flags['workspace-admin-id'];
    const token = await this.secret('workspace-admin-token');
    if (userId !== undefined && token !== undefined) return { userId: userId as WorkspaceUserId, token };
    const username = this.flags['workspace-admin'];
    const password = await this.secret('workspace-admin-password');
    return username === undefined || password === undefined ? undefined : { username, password };
  }

  private async request(
    profile: string,
    known: KnownProfile | undefined,
    account: AdminAccount | undefined,
  ): Promise<{ request: ProvisionRequest; account: AdminAccount | undefined }> {
    const field = (name: string): string | undefined => this.given(name) ?? known?.values[name];
    const needsAccount =
      account === undefined && known?.secrets['workspace-token'] === undefined && !this.flags['dry-run'];
    const answers = await this.ask({
      workspaceUrl: fieldQuestion('workspace-url', field('workspace-url')),
      ...(needsAccount ? await this.accountQuestions() : {}),
      homeserverUrl: fieldQuestion('homeserver-url', field('homeserver-url')),
      serverName: fieldQuestion('server-name', field('server-name')),
    });
    const { username, password } = answers as { username?: string; password?: Secret };
    return {
      account: username !== undefined && password !== undefined ? { username, password } : account,
      request: {
        profile,
        workspaceUrl: answers.workspaceUrl,
        homeserverUrl: answers.homeserverUrl,
        serverName: answers.serverName as ServerName,
        prefix: this.given('prefix'),
        listen: this.given('listen'),
        bridgeUrl: this.flags['bridge-url'],
        folder: this.flags.out,
        botUsername: this.flags['bot-username'],
        ephemeral: this.flags.ephemeral,
        replace: this.flags.replace,
      },
    };
  }

  private given(name: string): string | undefined {
    const value = (this.flags as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' ? value : undefined;
  }

  private async accountQuestions(): Promise<{ username: Question<string>; password: Question<Secret> }> {
    return {
      username: {
        flag: '--workspace-admin USERNAME',
        given: this.flags['workspace-admin'],
        ask: (prompts) => prompts.text('User name of an admin of the workspace:'),
      },
      password: {
        flag: `(${secretHint('workspace-admin-password')})`,
        given: await this.secret('workspace-admin-password'),
        ask: (prompts) => prompts.secret('Password of that admin:'),
      },
    };
  }

  private async askedAccount(): Promise<AdminAccount> {
    return await this.ask(await this.accountQuestions());
  }

  private async code(): Promise<Secret | undefined> {
    const given = await this.secret('two-factor-code');
    if (given !== undefined || !this.settings.interactive) return given;
    return await this.context.prompts.secret('Two-factor code:');
  }
}

function fieldQuestion(name: string, given: string | undefined): Question<string> {
  const field = profileFields.find((each) => each.name === name);
  if (field === undefined) throw new Error(`no profile field is called ${name}`);
  return {
    flag: `--${name}${field.helpValue === undefined ? '' : ` ${field.helpValue}`}`,
    given,
    ask: async (prompts) =>
      parseField(field, await prompts.text(`${field.summary.charAt(0).toUpperCase()}${field.summary.slice(1)}:`)),
  };
}
