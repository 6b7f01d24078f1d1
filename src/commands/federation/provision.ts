import { missingAnswers } from '../../cli/answers.ts';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { provisionCosts } from '../../cli/provision-costs.ts';
import { fieldQuestion } from '../../cli/field-question.ts';
import { provisionFlags } from '../../cli/provision-flags.ts';
import type { Proven } from '../../cli/provision-proof.ts';
import { type ProvisionData, provisionResult } from '../../cli/provision-result.ts';
import { runProvisionSteps } from '../../cli/provision-steps.ts';
import { withReach } from '../../cli/reach.ts';
import { chosenKinds, setupChoices } from '../../cli/setup-file-flags.ts';
import { adminQuestions, givenAdmin, secondFactor } from '../../cli/workspace-admin-flags.ts';
import type { Reach } from '../../lib/admin/reach.ts';
import type { ServerName, WorkspaceUserId } from '../../lib/core/ids.ts';
import type { Secret } from '../../lib/core/secret.ts';
import type { Provisioned } from '../../lib/provision/apply.ts';
import type { KnownProfile } from '../../lib/provision/known-profile.ts';
import { federationOf, type Mode, modeQuestion, modesOf } from '../../lib/provision/mode.ts';
import type { ProvisionPlan, ProvisionRequest } from '../../lib/provision/plan.ts';
import type { SetupFilesRequest } from '../../lib/provision/setup-files.ts';
import { changeTitle, type WantedChange } from '../../lib/provision/wanted-change.ts';
import type { AdminAccount, WorkspaceAdmin } from '../../lib/provision/workspace-admin.ts';
import type { FileToWrite, WrittenFile } from '../../lib/provision/written-files.ts';

type AdminSource = () => Promise<WorkspaceAdmin>;

export default class FederationProvision extends BaseCommand<typeof FederationProvision, ProvisionData> {
  static override summary = 'Set a bridge up: its account on the workspace, its registration, its profile.';
  static override description =
    'Asks what the flags leave open. An account with the role admin is needed once, to make that of the bot; it is not kept. A second run changes nothing, or only what is missing: so does one after a run that was cut short. What it changes is written into a journal, from which `federation rollback` undoes it.';
  static override examples = [
    '<%= config.bin %> federation provision',
    '<%= config.bin %> federation provision --dry-run',
    '<%= config.bin %> federation provision --check',
    '<%= config.bin %> federation provision --workspace-url https://chat.example.org --workspace-admin root --workspace-admin-password-file password --homeserver-url https://matrix.example.org --server-name example.org --out /etc/rcfed --wait 5m',
    '<%= config.bin %> federation provision --new-homeserver --server-name example.org --out deploy',
    '<%= config.bin %> federation provision --mode native --server-name example.org --allow-servers partner.org',
  ];
  static override schema = 'federation-provision/1' as const;
  static override flags = provisionFlags;

  protected async execute(): Promise<CommandResult<ProvisionData>> {
    const { profileToProvision } = await import('../../lib/provision/known-profile.ts');
    const { listProfiles } = await import('../../lib/config/profiles.ts');
    const profile = this.settings.profile ?? (await listProfiles(this.context)).current ?? 'default';
    const known = await profileToProvision(this.context, profile, this.flags.replace);
    const account = await givenAdmin(this.flags, this.context);
    const { request, asked } = await this.request(profile, known, account);
    const command = { context: this.context, settings: this.settings, logger: this.logger };
    return await withReach({ caFile: known?.values['ca-file'], timeoutMs: undefined }, command, async (reach) => {
      const mode = this.flags.mode ?? (await this.askedMode(request.workspaceUrl, known, reach));
      return await this.provision({ ...request, mode }, known, asked, reach);
    });
  }

  private get looksOnly(): boolean {
    return this.flags['dry-run'] || this.flags.check;
  }

  private async provision(
    request: ProvisionRequest,
    known: KnownProfile | undefined,
    account: AdminAccount | undefined,
    reach: Reach,
  ): Promise<CommandResult<ProvisionData>> {
    const { planProvision } = await import('../../lib/provision/plan.ts');
    const admin = this.adminSource(request.workspaceUrl, account, reach);
    const ifNamed = account === undefined ? () => Promise.resolve(undefined) : admin;
    const looked = await this.progress.wait('Looking at both servers', () =>
      planProvision(request, known, reach, ifNamed),
    );
    for (const cost of await provisionCosts(this.flags, looked)) this.say(cost);
    const publishRooms = this.flags['publish-rooms'];
    if (this.looksOnly) {
      const kind = this.flags.check ? 'checked' : 'looked';
      return provisionResult(looked, { kind, files: await this.comparedFiles(looked), publishRooms });
    }
    const plan = await this.agreed(looked);
    const { applied, files } = await this.apply(plan, admin, reach);
    const pingMs = this.flags.wait === undefined ? undefined : await this.waitForHomeserver(plan, reach);
    const proven = pingMs === undefined ? undefined : await this.proven(plan, reach);
    return provisionResult(plan, { kind: 'done', files, applied, pingMs, proven, publishRooms });
  }

  /** A ping shows that the homeserver reaches the bridge; only messages show that both sides work. */
  private async proven({ request, registration }: ProvisionPlan, reach: Reach): Promise<Proven> {
    const { loadAdminProfile } = await import('../../lib/config/load-profile.ts');
    const { proveProvision } = await import('../../cli/provision-proof.ts');
    const profile = await loadAdminProfile(this.context, request.profile);
    return await this.progress.wait('Proving it by a message each way', () =>
      proveProvision(profile, registration?.prefix ?? '', this.context, reach),
    );
  }

  /** Each change of a setting is asked for, where somebody sits there to be asked. */
  private async agreed(plan: ProvisionPlan): Promise<ProvisionPlan> {
    const { settings, flags } = this;
    if (!settings.interactive || settings.yes || flags['keep-settings']) return plan;
    const { withChanges } = await import('../../lib/provision/plan.ts');
    const agreed: WantedChange[] = [];
    for (const change of [...plan.changes, ...plan.left])
      if (await this.confirm(`${changeTitle(change)}? ${change.why}`)) agreed.push(change);
    return withChanges(plan, agreed);
  }

  private async apply(
    plan: ProvisionPlan,
    admin: AdminSource,
    reach: Reach,
  ): Promise<{ readonly applied: Provisioned; readonly files: readonly WrittenFile[] }> {
    const { provisioning } = await import('../../lib/provision/apply.ts');
    const isAsked = plan.steps.some(({ id, needed }) => id === 'workspace-bot' && needed);
    // Before the first step shows: who the admin is may be asked.
    if (isAsked) await admin();
    const { steps, outcome } = provisioning(plan, this.context, reach, admin);
    await runProvisionSteps(steps, this.progress, (text) => this.say(text));
    const applied = outcome();
    return { applied, files: await this.writtenFiles(plan, applied.content) };
  }

  private async waitForHomeserver(plan: ProvisionPlan, reach: Reach): Promise<number | undefined> {
    const { registration, request, values } = plan;
    if (registration === undefined) return undefined;
    const { awaitRegistration } = await import('../../lib/provision/await-registration.ts');
    const { matrixApiFor } = await import('../../lib/provision/homeserver-facts.ts');
    const api = await matrixApiFor(request, registration, reach);
    const listen = values['listen'] ?? '127.0.0.1:29400';
    const waiting = { registration, api, listen, waitMs: this.flags.wait ?? 0 };
    return await this.progress.wait('Waiting for the homeserver to load the registration', () =>
      awaitRegistration(waiting, reach),
    );
  }

  /** The admin logs in once, when first needed. */
  private adminSource(url: string, account: AdminAccount | undefined, reach: Reach): AdminSource {
    let known: Promise<WorkspaceAdmin> | undefined;
    const logIn: AdminSource = async () => {
      const { asWorkspaceAdmin } = await import('../../lib/provision/workspace-admin.ts');
      const used = account ?? (await this.ask(await adminQuestions(this.flags, this.context)));
      return await asWorkspaceAdmin(url, used, reach, () =>
        this.progress.asking(() => secondFactor(this.flags, this.context, this.settings)),
      );
    };
    return () => (known ??= logIn());
  }

  private async comparedFiles(plan: ProvisionPlan): Promise<readonly FileToWrite[]> {
    const { planSetupFiles } = await import('../../lib/provision/setup-files.ts');
    const { expectedFiles } = await import('../../lib/provision/written-files.ts');
    const request = this.filesRequest(plan, plan);
    return request === undefined ? [] : expectedFiles(await planSetupFiles(request), this.flags.replace);
  }

  private async writtenFiles(plan: ProvisionPlan, content: KnownProfile): Promise<readonly WrittenFile[]> {
    const { writeJournaledFiles } = await import('../../lib/provision/journaled-files.ts');
    const { journalOf } = await import('../../lib/journal/journal.ts');
    const request = this.filesRequest(plan, content);
    if (request === undefined) return [];
    const { profile, workspaceUrl } = plan.request;
    return await writeJournaledFiles(request, this.flags.replace, workspaceUrl, journalOf(this.context, profile));
  }

  private filesRequest({ registration, values }: ProvisionPlan, content: KnownProfile): SetupFilesRequest | undefined {
    if (registration === undefined) return undefined;
    return {
      kinds: chosenKinds(this.flags.files, this.flags.out !== undefined, this.flags['new-homeserver']),
      content,
      registration,
      registrationPath: values['registration'] ?? '',
      choices: setupChoices(this.flags),
      version: this.config.version,
      redactor: this.context.redactor,
    };
  }

  /** A profile with a registration has rcfed's own bridge; else it is asked, and guessed for nobody whose workspace federates already. */
  private async askedMode(url: string, known: KnownProfile | undefined, reach: Reach): Promise<Mode> {
    if (known?.values['registration'] !== undefined) return 'bridge';
    const { createWorkspaceApi } = await import('../../lib/rocketchat/api.ts');
    const { clock, log, network, timeoutMs } = reach;
    const api = createWorkspaceApi({ url, clock, log, fetch: network.fetch, deadlineMs: timeoutMs });
    const { version, federates } = await federationOf(api);
    if (this.settings.interactive && !this.settings.yes)
      return await this.context.prompts.choose(modeQuestion(version), modesOf(version));
    if (federates) throw missingAnswers([`--mode ${modesOf(version).join('|')}`]);
    return 'bridge';
  }

  private async request(
    profile: string,
    known: KnownProfile | undefined,
    account: AdminAccount | undefined,
  ): Promise<{ request: ProvisionRequest; asked: AdminAccount | undefined }> {
    const field = (name: string): string | undefined => this.given(name) ?? known?.values[name];
    const token = await this.secret('workspace-token');
    const hasToken = token !== undefined || known?.secrets['workspace-token'] !== undefined;
    const needsAccount = account === undefined && !hasToken && !this.looksOnly;
    const answers = await this.ask({
      workspaceUrl: fieldQuestion('workspace-url', field('workspace-url')),
      ...(needsAccount ? await adminQuestions(this.flags, this.context) : {}),
      homeserverUrl: fieldQuestion('homeserver-url', field('homeserver-url') ?? this.usualHomeserver(field)),
      serverName: fieldQuestion('server-name', field('server-name')),
    });
    const { username, password } = answers as { username?: string; password?: Secret };
    const userId = this.given('workspace-user-id') as WorkspaceUserId | undefined;
    return {
      asked: username !== undefined && password !== undefined ? { username, password } : account,
      request: {
        profile,
        workspaceUrl: answers.workspaceUrl,
        homeserverUrl: answers.homeserverUrl,
        serverName: answers.serverName as ServerName,
        ...(token !== undefined && userId !== undefined ? { botCredentials: { userId, token } } : {}),
        homeserverAdminToken: await this.secret('homeserver-admin-token'),
        ...this.choices(),
      },
    };
  }

  private choices() {
    const { flags } = this;
    return {
      prefix: this.given('prefix'),
      listen: this.given('listen'),
      bridgeUrl: flags['bridge-url'],
      directWebhook: this.given('direct-webhook'),
      folder: flags.out,
      botUsername: flags['bot-username'],
      ephemeral: flags.ephemeral,
      caFile: this.settings.caFile,
      replace: flags.replace,
      newHomeserver: flags['new-homeserver'],
      loosen: flags.loosen,
      keepSettings: flags['keep-settings'],
      readReceipts: flags['read-receipts'],
      allow: flags['allow-servers'],
      roles: flags['federation-roles'],
    };
  }

  /** In native mode the workspace is the homeserver; a new one is usually there. */
  private usualHomeserver(field: (name: string) => string | undefined): string | undefined {
    const serverName = field('server-name');
    if (this.flags.mode === 'native') return field('workspace-url');
    return this.flags['new-homeserver'] && serverName !== undefined ? `https://matrix.${serverName}` : undefined;
  }

  private given(name: string): string | undefined {
    const value = (this.flags as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' ? value : undefined;
  }
}
