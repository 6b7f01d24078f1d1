import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { DEFAULT_TIMEOUT_MS } from '../../cli/global-flags.ts';
import { smokeFlags } from '../../cli/smoke-flags.ts';
import { type FederationSmokeData, smokeData, smokeView } from '../../cli/smoke-view.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import type { ServerName, WorkspaceUserId } from '../../lib/core/ids.ts';
import type { Secret } from '../../lib/core/secret.ts';
import { ensureWritable, writeReport } from '../../lib/output/report-file.ts';
import type { View } from '../../lib/output/view.ts';
import type { SmokeReport } from '../../lib/smoke/smoke-report.ts';
import type { SmokeRequest } from '../../lib/smoke/smoke-request.ts';

const GRACE_MS = 15_000;

export default class FederationSmoke extends BaseCommand<typeof FederationSmoke, FederationSmokeData> {
  static override summary = 'Send a message each way and say how long it took: a test for CI.';
  static override description =
    'Needs one ordinary account on each side and no profile, no store and no bridge on this machine. The messages go through a direct message of the two accounts, which is begun once and used again, and are deleted at once. Exit codes: 0 both came within --timeout; 1 one did not come, not even within --grace; 8 the bridge works but a message came late, or has yet to come through a room that was just begun; 2, 3 and 4 something is set wrongly; 5 a server is out of reach.';
  static override examples = [
    'export RCFED_WORKSPACE_URL=https://chat.example.org RCFED_SMOKE_WORKSPACE_USER_ID=ID RCFED_SMOKE_WORKSPACE_TOKEN=TOKEN RCFED_HOMESERVER_URL=https://matrix.example.org RCFED_SMOKE_HOMESERVER_TOKEN=TOKEN',
    '<%= config.bin %> federation smoke',
    '<%= config.bin %> federation smoke --timeout 10s --format junit --output smoke.xml',
    "<%= config.bin %> federation smoke --room tests --matrix-room '#rc_tests:example.org'",
  ];
  static override schema = 'federation-smoke/1' as const;
  static override flags = smokeFlags;

  protected async execute(): Promise<CommandResult<FederationSmokeData>> {
    if (this.flags.output !== undefined) await ensureWritable(this.flags.output);
    const report = await this.report();
    const view = await this.view(report);
    const { warnings, problem } = report;
    return { data: smokeData(report), view, warnings, ...(problem !== undefined && { problem }) };
  }

  private async report(): Promise<SmokeReport> {
    const { runSmoke, unableReport } = await import('../../lib/smoke/smoke.ts');
    const { createNetwork } = await import('../../lib/network/network.ts');
    const { clock, env, signal } = this.context;
    const request = await this.request();
    if (request instanceof RcfedError) return unableReport(request, clock.now());
    const network = await createNetwork({ caFile: this.settings.caFile, env });
    try {
      const parts = { clock, log: this.logger, network, signal };
      return await this.progress.wait('Sending a message each way', () => runSmoke(request, parts));
    } finally {
      await network.close();
    }
  }

  /** Or what is missing for it, all of it at once. */
  private async request(): Promise<SmokeRequest | RcfedError> {
    if (this.flags['smoke-workspace-token-stdin'] && this.flags['smoke-homeserver-token-stdin'])
      throw new RcfedError('RCFED_USAGE', 'Only one of both tokens can be read from stdin');
    const { flags } = this;
    const workspaceUrl = flags['workspace-url'];
    const homeserverUrl = flags['homeserver-url'];
    const userId = flags['smoke-workspace-user-id'];
    const workspaceToken = await this.secret('smoke-workspace-token');
    const homeserverToken = await this.secret('smoke-homeserver-token');
    const needed = {
      RCFED_WORKSPACE_URL: workspaceUrl,
      RCFED_SMOKE_WORKSPACE_USER_ID: userId,
      RCFED_SMOKE_WORKSPACE_TOKEN: workspaceToken,
      RCFED_HOMESERVER_URL: homeserverUrl,
      RCFED_SMOKE_HOMESERVER_TOKEN: homeserverToken,
    };
    const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
    if (missing.length > 0)
      return new RcfedError('RCFED_SMOKE_UNCONFIGURED', `The environment lacks ${missing.join(', ')}`);
    return {
      workspace: { url: workspaceUrl as string, userId: userId as WorkspaceUserId, token: workspaceToken as Secret },
      homeserver: { url: homeserverUrl as string, token: homeserverToken as Secret },
      prefix: flags.prefix ?? 'rc_',
      serverName: flags['server-name'] as ServerName | undefined,
      rooms: flags.room && flags['matrix-room'] ? { workspace: flags.room, matrix: flags['matrix-room'] } : undefined,
      newRoom: flags['new-room'],
      timeoutMs: this.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      graceMs: flags.grace ?? GRACE_MS,
    };
  }

  private async view(report: SmokeReport): Promise<View> {
    const { format = 'human', output } = this.flags;
    const { renderView } = await import('../../lib/output/view.ts');
    const text = await this.inFormat(report, format);
    if (output === undefined) return text === undefined ? smokeView(report) : [text];
    const written = text ?? renderView(smokeView(report), { isTTY: true, columns: undefined });
    await writeReport(output, this.context.redactor.scrub(written));
    return [...smokeView(report), `The report is in ${output}.`];
  }

  /** Undefined: as people read it. */
  private async inFormat(report: SmokeReport, format: 'human' | 'json' | 'junit'): Promise<string | undefined> {
    if (format === 'human') return undefined;
    if (format === 'junit') return (await import('../../lib/smoke/junit-report.ts')).smokeAsJunit(report);
    const { schema } = FederationSmoke;
    const { success, failure } = await import('../../lib/output/envelope.ts');
    const { problem, warnings } = report;
    const data = smokeData(report);
    const envelope =
      problem === undefined ? success(schema, data, warnings) : failure(problem, warnings, { schema, data });
    return `${JSON.stringify(envelope, undefined, 2)}\n`;
  }
}
